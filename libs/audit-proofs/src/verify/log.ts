import { base64url } from 'jose';
import type { EvidenceBundle, TrustFile } from '../bundle.js';
import { verifyCheckpoint, InvalidSignature, type LogCheckpoint } from '../checkpoint.js';
import { isConsistent, sameHash } from '../merkle.js';
import type { LostBranches } from './lost-branches.js';
import type { EvidenceFinding, FindingCollector } from './report.js';

/** Tolerance for a checkpoint that was just made and for clock differences, in milliseconds. */
const moment = 2_000;

/** The state of the log for a bundle without a checkpoint. */
const emptyLog = { size: 0, root: new Uint8Array() };

/** Verifies a checkpoint of the trusted log. @returns undefined after a finding */
export async function checkedCheckpoint(
  jws: string,
  trust: TrustFile,
  report: FindingCollector,
): Promise<LogCheckpoint | undefined> {
  try {
    const checkpoint = await verifyCheckpoint(jws, trust.auditKeys);
    if (checkpoint.origin === trust.origin) return checkpoint;
    report.finding('CHECKPOINT_INVALID', `the checkpoint is of another log: ${checkpoint.origin}`);
  } catch (error) {
    if (!(error instanceof InvalidSignature)) throw error;
    const kind = error.kind === 'KEY_NOT_TRUSTED' ? error.kind : 'CHECKPOINT_INVALID';
    report.finding(kind, `a checkpoint: ${error.message}`);
  }
  return undefined;
}

interface Growth {
  readonly newest: LogCheckpoint | undefined;
  /** Checkpoints that were kept elsewhere, as compact JWS. */
  readonly kept: readonly string[];
  readonly branches: LostBranches;
}

/**
 * Verifies that the log of the bundle continues every earlier checkpoint: those in the bundle, and above all those that were
 * kept elsewhere, which an attacker on the log cannot change. A checkpoint of a branch that was cut off by a restore of the
 * database is unproven.
 */
export async function verifyGrowth(
  bundle: EvidenceBundle,
  { newest, kept, branches }: Growth,
  trust: TrustFile,
  report: FindingCollector,
): Promise<void> {
  const continued: LogCheckpoint[] = [];
  for (const { checkpoint: jws, proof } of bundle.consistency) {
    const checkpoint = await checkedCheckpoint(jws, trust, report);
    if (!checkpoint || !newest) continue;
    const hashes = proof.map((hash) => base64url.decode(hash));
    if (isConsistent(checkpoint, newest, hashes)) continued.push(checkpoint);
    else if (!branches.explain(checkpoint))
      report.finding(
        'LOG_INCONSISTENT',
        `the log does not continue the checkpoint with ${checkpoint.size} entries`,
      );
  }
  // An invalid checkpoint already gave a finding and is not compared.
  if (!newest && bundle.checkpoint !== null) return;
  const unreached: Record<'unlinked' | 'later', LogCheckpoint[]> = { unlinked: [], later: [] };
  for (const jws of kept) {
    const checkpoint = await checkedCheckpoint(jws, trust, report);
    if (!checkpoint) continue;
    const result = resultOfKept(checkpoint, newest ?? emptyLog, continued, bundle.madeAt);
    if (result === 'CONTINUED' || branches.explain(checkpoint)) continue;
    if (result === 'unlinked' || result === 'later') unreached[result].push(checkpoint);
    else report.finding(result.kind, result.message);
  }
  reportUnreached(unreached, report);
  branches.report(report);
}

/** Reports checkpoints of a kind together, because a worker's file has many. */
function reportUnreached(
  { unlinked, later }: Record<'unlinked' | 'later', readonly LogCheckpoint[]>,
  report: FindingCollector,
): void {
  const name = (checkpoints: readonly LogCheckpoint[]) =>
    checkpoints.length === 1
      ? `the checkpoint of ${checkpoints[0]!.time}`
      : `${checkpoints.length} checkpoints, the last of ${checkpoints
          .map(({ time }) => time)
          .toSorted()
          .at(-1)}`;
  if (unlinked.length > 0)
    report.notProven(
      'CHECKPOINT',
      `the bundle does not prove that the log continues ${name(unlinked)}: request a bundle made with this checkpoint`,
    );
  if (later.length > 0)
    report.notProven('CHECKPOINT', `the bundle is older than ${name(later)}: request a new bundle`);
}

/** Whether the log continues a checkpoint: yes, not provable, or a finding. */
type ResultOfKept = 'CONTINUED' | 'unlinked' | 'later' | Pick<EvidenceFinding, 'kind' | 'message'>;

function resultOfKept(
  kept: LogCheckpoint,
  newest: Pick<LogCheckpoint, 'size' | 'root'>,
  continued: readonly LogCheckpoint[],
  madeAt: string,
): ResultOfKept {
  if (kept.size > newest.size) {
    const shrank = Date.parse(kept.time) + moment <= Date.parse(madeAt);
    if (!shrank) return 'later';
    const had = `the log had ${kept.size} entries at ${kept.time}`;
    return {
      kind: 'LOG_TRUNCATED',
      message: `${had}, but only ${newest.size} when the bundle was made later`,
    };
  }
  const same = kept.size === newest.size ? [newest] : continued.filter(({ size }) => size === kept.size);
  if (same.length === 0) return 'unlinked';
  if (same.every(({ root }) => sameHash(root, kept.root))) return 'CONTINUED';
  return {
    kind: 'LOG_INCONSISTENT',
    message: `another log with ${kept.size} entries was published at ${kept.time}`,
  };
}
