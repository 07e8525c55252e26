import { hashChildren, leafOf, planRoot, type Hash, type LoggedEntry } from '#libs/audit-proofs';
import type { RoleTx } from '#libs/db';
import {
  appendAuthorityEntry,
  entriesAt,
  insertLeaves,
  nodeHashes,
  logSize,
  takePendingEntries,
  type AuditRow,
  type NewLeaf,
  type NewNode,
} from '#libs/db/audit';

/** The row of an entry in the form that the log digests. */
export function loggedEntry(row: AuditRow): LoggedEntry {
  const { stream, sequence, actor, action, outcome, reason, details, personal_digest, occurred_at } = row;
  const { recorded_by, recorded_at } = row;
  return {
    stream,
    sequence,
    actor,
    action,
    outcome,
    reason,
    details,
    personalDigest: personal_digest,
    occurredAt: occurred_at.toISOString(),
    ...(recorded_by === null ? {} : { recordedBy: recorded_by }),
    ...(recorded_at === null ? {} : { recordedAt: recorded_at.toISOString() }),
  };
}

/**
 * Appends the entries that have waited longest to the log, in one transaction. Only one process may do so at a time.
 *
 * @returns the number of entries taken from the queue
 */
export async function sequenceEntries(tx: RoleTx<'worker'>, limit: number, now: Date): Promise<number> {
  const [places, size] = await Promise.all([takePendingEntries(tx, limit), logSize(tx)]);
  if (places.length === 0) return 0;
  const [border, rows] = await Promise.all([compactRangeOf(tx, size), entriesAt(tx, places)]);
  const keyOf = ({ stream, sequence }: { stream: string; sequence: number }) => `${stream}/${sequence}`;
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  const leaves: NewLeaf[] = [];
  const nodes: NewNode[] = [];
  for (const place of places) {
    const row = found.get(keyOf(place));
    if (!row) {
      await recordMissingEntry(tx, place, now);
      continue;
    }
    const hash = leafOf(loggedEntry(row));
    leaves.push({ ...place, index: size + leaves.length, hash });
    nodes.push(...completedNodes(size + leaves.length - 1, hash, border));
  }
  if (leaves.length > 0) await insertLeaves(tx, leaves, nodes);
  return places.length;
}

/** The roots of the complete subtrees that make up a log of this size, by level. */
async function compactRangeOf(tx: RoleTx<'worker'>, size: number): Promise<Map<number, Hash>> {
  if (size === 0) return new Map();
  const { nodes } = planRoot(size);
  const hashes = await nodeHashes(tx, nodes);
  return new Map(
    nodes.map(({ level, index }) => {
      const hash = hashes.get(`${level}/${index}`);
      if (!hash) throw new Error(`the log has no node ${index} of level ${level}: it was tampered with`);
      return [level, hash];
    }),
  );
}

/** The nodes that a new leaf completes, like the carry of a binary counter. */
function completedNodes(index: number, hash: Hash, border: Map<number, Hash>): NewNode[] {
  const nodes: NewNode[] = [];
  let [level, place, own] = [0, index, hash];
  while (place % 2 === 1) {
    own = hashChildren(border.get(level)!, own);
    border.delete(level);
    [level, place] = [level + 1, (place - 1) / 2];
    nodes.push({ level, index: place, hash: own });
  }
  border.set(level, own);
  return nodes;
}

/** Records that an entry was deleted before it reached the log. */
async function recordMissingEntry(
  tx: RoleTx<'worker'>,
  place: { stream: string; sequence: number },
  now: Date,
): Promise<void> {
  await appendAuthorityEntry(tx, {
    actor: 'sequencer',
    action: 'sequence',
    outcome: 'FAILED',
    reason: 'ENTRY_GONE',
    details: { ...place },
    occurredAt: now,
  });
}
