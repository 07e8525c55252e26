import { base64url } from 'jose';
import type { EvidenceBundle, TrustFile } from '../bundle.js';
import { openCheckpoint, SignatureRefused, type Checkpoint } from '../checkpoint.js';
import { isConsistent, sameHash } from '../merkle.js';
import type { Report } from './report.js';

/** A checkpoint just made may not be seen yet, and clocks of two machines differ a little: so many milliseconds. */
const moment = 2_000;

/** What a bundle without a checkpoint says of the log. */
const emptyLog = { size: 0, root: new Uint8Array() };

/** A checkpoint that holds and is of the trusted log; otherwise a finding. */
export async function takeCheckpoint(
  jws: string,
  trust: TrustFile,
  report: Report,
): Promise<Checkpoint | undefined> {
  try {
    const checkpoint = await openCheckpoint(jws, trust.auditKeys);
    if (checkpoint.origin === trust.origin) return checkpoint;
    report.finding('CHECKPOINT_INVALID', `it is of another log: ${checkpoint.origin}`);
  } catch (error) {
    if (!(error instanceof SignatureRefused)) throw error;
    const kind = error.kind === 'KEY_NOT_TRUSTED' ? error.kind : 'CHECKPOINT_INVALID';
    report.finding(kind, `a checkpoint: ${error.message}`);
  }
  return undefined;
}

/**
 * Whether the log of the bundle continues every earlier checkpoint: those in the bundle, and above all those that were
 * kept elsewhere, where nobody who changes the log can change them too.
 */
export async function verifyGrowth(
  bundle: EvidenceBundle,
  newest: Checkpoint | undefined,
  kept: readonly string[],
  trust: TrustFile,
  report: Report,
): Promise<void> {
  const proofs: { checkpoint: Checkpoint; proof: readonly string[] }[] = [];
  for (const { checkpoint: jws, proof } of bundle.consistency) {
    const checkpoint = await takeCheckpoint(jws, trust, report);
    if (checkpoint && newest) {
      proofs.push({ checkpoint, proof });
      verifyStep(checkpoint, newest, proof, report);
    }
  }
  // One that does not hold has been told of, and compares with nothing.
  if (!newest && bundle.checkpoint !== null) return;
  const unreached: Record<'unlinked' | 'later', Checkpoint[]> = { unlinked: [], later: [] };
  for (const jws of kept) {
    const checkpoint = await takeCheckpoint(jws, trust, report);
    if (!checkpoint) continue;
    const result = verifyKept(checkpoint, newest ?? emptyLog, proofs, bundle.madeAt, report);
    if (result !== 'COMPARED') unreached[result].push(checkpoint);
  }
  tellUnreached(unreached, report);
}

/** Once for all of a kind: a file that a worker keeps has many. */
function tellUnreached(
  { unlinked, later }: Record<'unlinked' | 'later', readonly Checkpoint[]>,
  report: Report,
): void {
  const name = (checkpoints: readonly Checkpoint[]) =>
    checkpoints.length === 1
      ? `the checkpoint of ${checkpoints[0]!.time}`
      : `${checkpoints.length} checkpoints, the last of ${checkpoints
          .map(({ time }) => time)
          .toSorted()
          .at(-1)}`;
  if (unlinked.length > 0)
    report.notProven(
      'CHECKPOINT',
      `the bundle does not prove that the log continues ${name(unlinked)}: ask for one made with it`,
    );
  if (later.length > 0)
    report.notProven('CHECKPOINT', `the bundle is older than ${name(later)}: ask for a new one`);
}

function verifyStep(earlier: Checkpoint, newest: Checkpoint, proof: readonly string[], report: Report): void {
  const hashes = proof.map((hash) => base64url.decode(hash));
  if (!isConsistent(earlier, newest, hashes))
    report.finding('LOG_INCONSISTENT', `it does not continue the checkpoint of ${earlier.size} entries`);
}

function verifyKept(
  kept: Checkpoint,
  newest: Pick<Checkpoint, 'size' | 'root'>,
  proofs: readonly { checkpoint: Checkpoint; proof: readonly string[] }[],
  madeAt: string,
  report: Report,
): 'COMPARED' | 'unlinked' | 'later' {
  if (kept.size > newest.size) {
    const shrank = Date.parse(kept.time) + moment <= Date.parse(madeAt);
    if (!shrank) return 'later';
    report.finding(
      'LOG_TRUNCATED',
      `the log had ${kept.size} entries at ${kept.time}, and only ${newest.size} when the bundle was made later`,
    );
    return 'COMPARED';
  }
  if (kept.size === newest.size) {
    if (!sameHash(kept.root, newest.root))
      report.finding('LOG_INCONSISTENT', `another log of ${kept.size} entries was published at ${kept.time}`);
    return 'COMPARED';
  }
  const found = proofs.filter(({ checkpoint }) => checkpoint.size === kept.size);
  if (found.length === 0) return 'unlinked';
  if (found.some(({ checkpoint }) => !sameHash(checkpoint.root, kept.root)))
    report.finding('LOG_INCONSISTENT', `another log of ${kept.size} entries was published at ${kept.time}`);
  return 'COMPARED';
}
