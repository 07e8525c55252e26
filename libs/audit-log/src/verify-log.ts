import {
  hashChildren,
  isPersonalPartOf,
  leafOf,
  LostBranches,
  planRoot,
  FindingCollector,
  sameHash,
  checkedCheckpoint,
  verifyWriter,
  type LogCheckpoint,
  type Hash,
  type TrustFile,
  type EvidenceVerdict,
} from '#libs/audit-proofs';
import type { Database } from '#libs/db';
import {
  checkpointsAfter,
  countMismatchedReissues,
  entriesWithoutLeaf,
  leavesFrom,
  reconciledRestores,
} from '#libs/db/audit';
import { verifyPurges } from './purges.js';
import { verifyTables } from './replay.js';
import { loggedEntry } from './sequence.js';

const batch = 5_000;

/**
 * Verifies the whole log in the database: every leaf matches its entry, none is missing, no entry bypassed the log, the
 * log is consistent with every checkpoint (in the database and kept elsewhere), missing records were purged by rule, and
 * the tables agree with the entries.
 *
 * @param kept checkpoints that were kept elsewhere, as compact JWS
 */
export async function verifyLog(
  db: Database,
  trust: TrustFile,
  kept: readonly string[] = [],
): Promise<EvidenceVerdict> {
  const report = new FindingCollector();
  const checkpoints = await allCheckpoints(db, trust, kept, report);
  const restores = (await reconciledRestores(db)).map(loggedEntry);
  const branches = await LostBranches.in(restores, trust, report);
  const size = await verifyLeaves(db, checkpoints, branches, report);
  for (const { checkpoint, from } of checkpoints)
    if (checkpoint.size > size && !(from === 'kept elsewhere' && branches.explain(checkpoint)))
      report.finding(
        'LOG_TRUNCATED',
        `the log had ${checkpoint.size} entries at ${checkpoint.time} (${from}), and has ${size}`,
      );
  for (const place of await entriesWithoutLeaf(db))
    report.finding('ENTRY_INSERTED', 'the entry is neither in the log nor in the queue for it', place);
  for (const { stream, sequence } of await countMismatchedReissues(db))
    report.finding('ENTRY_MISSING', `the reissue has counted ${sequence} entries, but has fewer`, {
      stream,
    });
  branches.report(report);
  await verifyPurges(db, report);
  await verifyTables(db, report);
  return report.verdict();
}

interface Claimed {
  readonly checkpoint: LogCheckpoint;
  /** Where the checkpoint comes from. */
  readonly from: 'database' | 'kept elsewhere';
}

/** All checkpoints with a valid signature, smallest first. */
async function allCheckpoints(
  db: Database,
  trust: TrustFile,
  kept: readonly string[],
  report: FindingCollector,
): Promise<Claimed[]> {
  const found: Claimed[] = [];
  const take = async (jws: string, from: Claimed['from']) => {
    const checkpoint = await checkedCheckpoint(jws, trust, report);
    if (checkpoint) found.push({ checkpoint, from });
  };
  for (const jws of kept) await take(jws, 'kept elsewhere');
  for (let size = 0; ;) {
    const rows = await checkpointsAfter(db, size, batch);
    for (const { jws } of rows) await take(jws, 'database');
    if (rows.length < batch) break;
    size = Number(rows.at(-1)!.size);
  }
  return found.toSorted((one, other) => one.checkpoint.size - other.checkpoint.size);
}

/** Rebuilds the log from its leaves and compares it with each checkpoint. @returns the number of leaves */
async function verifyLeaves(
  db: Database,
  checkpoints: readonly Claimed[],
  branches: LostBranches,
  report: FindingCollector,
): Promise<number> {
  const border = new Map<number, Hash>();
  const waiting = [...checkpoints];
  let size = 0;
  for (;;) {
    const leaves = await leavesFrom(db, size, batch);
    for (const { leaf_index: leafIndex, stream, sequence, leaf_hash: hash, entry, personal } of leaves) {
      const place = { stream, sequence, leafIndex };
      if (leafIndex !== size)
        report.finding('ENTRY_MISSING', `leaf ${size} is missing in the log`, {
          stream: '?',
          leafIndex: size,
        });
      if (!entry)
        report.finding('ENTRY_MISSING', 'the log has a leaf of the entry, but the entry is missing', place);
      else if (!sameHash(leafOf(loggedEntry(entry)), hash))
        report.finding('ENTRY_ALTERED', 'the log has another entry at this position', place);
      if (entry && personal && !isPersonalPartOf(personal, entry.personal_digest))
        report.finding(
          'PERSONAL_ALTERED',
          'the digest of the personal part is not the one in the entry',
          place,
        );
      if (entry) verifyWriter(loggedEntry(entry), place, report);
      appendLeaf(border, leafIndex, hash);
      size = leafIndex + 1;
      while (waiting[0] && waiting[0].checkpoint.size <= size)
        compareCheckpoint(waiting.shift()!, size, border, branches, report);
    }
    if (leaves.length < batch) return size;
  }
}

function appendLeaf(border: Map<number, Hash>, index: number, leaf: Hash): void {
  let [level, place, hash] = [0, index, leaf];
  while (place % 2 === 1 && border.has(level)) {
    hash = hashChildren(border.get(level)!, hash);
    border.delete(level);
    [level, place] = [level + 1, (place - 1) / 2];
  }
  border.set(level, hash);
}

function compareCheckpoint(
  { checkpoint, from }: Claimed,
  size: number,
  border: Map<number, Hash>,
  branches: LostBranches,
  report: FindingCollector,
): void {
  const plan = planRoot(size);
  const whole = plan.nodes.every(({ level }) => border.has(level));
  const [root] = whole ? plan.build(({ level }) => border.get(level)!) : [];
  const continued = checkpoint.size === size && root && sameHash(root, checkpoint.root);
  if (!continued && !(from === 'kept elsewhere' && branches.explain(checkpoint)))
    report.finding(
      'LOG_INCONSISTENT',
      `the first ${checkpoint.size} entries are not those of the checkpoint of ${checkpoint.time} (${from})`,
    );
}
