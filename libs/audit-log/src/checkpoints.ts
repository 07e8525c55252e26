import { planRoot, signCheckpoint, type AuditKey, type Hash } from '#libs/audit-proofs';
import { checkpointEvent } from '#libs/events';
import type { Database, Tx } from '#libs/db';
import { insertCheckpoint, newestCheckpoint, nextEventSequence, nodeHashes, logSize } from '#libs/db/audit';
import { insertEvents } from '#libs/db/events';

/** What the audit signs with; the private part of {@link AuditKey}. */
export type AuditSigningKey = AuditKey['jwk'];

export interface CheckpointOptions {
  /** Names this log in its checkpoints. */
  readonly origin: string;
  readonly key: AuditSigningKey;
  /** How long after one the next may be made, in milliseconds. */
  readonly intervalMs: number;
}

/** Hashes of nodes as the log keeps them; a node that is not there means that somebody tampered with it. */
export async function readNodes(
  db: Database | Tx,
  nodes: Parameters<typeof nodeHashes>[1],
): Promise<(node: { readonly level: number; readonly index: number }) => Hash> {
  const hashes = await nodeHashes(db, nodes);
  return ({ level, index }) => {
    const hash = hashes.get(`${level}/${index}`);
    if (!hash) throw new MissingNode(level, index);
    return hash;
  };
}

/** The log has lost a node. */
export class MissingNode extends Error {
  override readonly name = 'MissingNode';
  constructor(level: number, index: number) {
    super(`the log has no node ${index} of level ${level}`);
  }
}

/**
 * Signs what the log is now, if there is something new and the last time is long enough ago; published with the event
 * that it writes.
 *
 * @returns the size of the checkpoint made, if one was
 */
export async function makeCheckpoint(
  tx: Tx,
  { origin, key, intervalMs }: CheckpointOptions,
  now: Date,
): Promise<number | undefined> {
  const size = await logSize(tx);
  const last = await newestCheckpoint(tx);
  if (size === 0 || (last && Number(last.size) >= size)) return undefined;
  if (last && now.getTime() - last.made_at.getTime() < intervalMs) return undefined;
  const plan = planRoot(size);
  const root = plan.build(await readNodes(tx, plan.nodes))[0]!;
  const jws = await signCheckpoint(key, { origin, size, root, time: now.toISOString() });
  await insertCheckpoint(tx, { size, root, made_at: now, jws });
  await insertEvents(tx, [
    checkpointEvent({ origin, size, root, jws, sequence: await nextEventSequence(tx, 'audit'), at: now }),
  ]);
  return size;
}
