import { planRoot, signCheckpoint, type AuditKey, type Hash } from '#libs/audit-proofs';
import { checkpointEvent } from '#libs/events';
import type { RoleDatabase, RoleTx } from '#libs/db';
import { insertCheckpoint, newestCheckpoint, nextEventSequence, nodeHashes, logSize } from '#libs/db/audit';
import { insertEvents } from '#libs/db/events';

/** The private JWK that signs checkpoints and evidence; {@link AuditKey} has its public part. */
export type AuditSigningKey = AuditKey['jwk'];

export interface CheckpointOptions {
  /** Name of this log in its checkpoints. */
  readonly origin: string;
  readonly key: AuditSigningKey;
  /** Minimum time between two checkpoints, in milliseconds. */
  readonly intervalMs: number;
}

/** Reads hashes of nodes of the log. The returned function throws {@link MissingNode}: a missing node means tampering. */
export async function readNodes(
  db: RoleDatabase<'worker'> | RoleTx<'worker'>,
  nodes: Parameters<typeof nodeHashes>[1],
): Promise<(node: { readonly level: number; readonly index: number }) => Hash> {
  const hashes = await nodeHashes(db, nodes);
  return ({ level, index }) => {
    const hash = hashes.get(`${level}/${index}`);
    if (!hash) throw new MissingNode(level, index);
    return hash;
  };
}

/** A node of the log is missing, which means that the log was tampered with. */
export class MissingNode extends Error {
  override readonly name = 'MissingNode';
  constructor(level: number, index: number) {
    super(`the log has no node ${index} of level ${level}`);
  }
}

/**
 * Signs a checkpoint of the log, if there are new entries and the interval has passed, and writes the event that
 * publishes it.
 *
 * @returns the size of the new checkpoint; `EARLY` if the interval has not passed; undefined if the last one covers all
 *   entries
 */
export async function makeCheckpoint(
  tx: RoleTx<'worker'>,
  { origin, key, intervalMs }: CheckpointOptions,
  now: Date,
): Promise<number | 'EARLY' | undefined> {
  const [size, last] = await Promise.all([logSize(tx), newestCheckpoint(tx)]);
  if (size === 0 || (last && Number(last.size) >= size)) return undefined;
  if (last && now.getTime() - last.made_at.getTime() < intervalMs) return 'EARLY';
  const plan = planRoot(size);
  const root = plan.build(await readNodes(tx, plan.nodes))[0]!;
  const jws = await signCheckpoint(key, { origin, size, root, time: now.toISOString() });
  await insertCheckpoint(tx, { size, root, made_at: now, jws });
  await insertEvents(tx, [
    checkpointEvent({ origin, size, root, jws, sequence: await nextEventSequence(tx, 'audit'), at: now }),
  ]);
  return size;
}
