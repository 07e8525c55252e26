import { isAuditAction, mayWrite } from '#libs/domain';
import { base64url } from 'jose';
import type { BundleEntry, EvidenceBundle } from '../bundle.js';
import { authorityStream, isPersonalPartOf, leafOf, type LoggedEntry } from '../entry.js';
import { recordsPurgeOf } from '../replay.js';
import type { LogCheckpoint } from '../checkpoint.js';
import { rootByInclusion, sameHash, type Hash } from '../merkle.js';
import { isReconciliation } from './lost-branches.js';
import type { EntryPosition, FindingCollector } from './report.js';

const placeOf = ({ stream, sequence, leafIndex }: BundleEntry): EntryPosition => ({
  stream,
  sequence,
  ...(leafIndex === null ? {} : { leafIndex }),
});

/**
 * Verifies that every entry is in the log, none is missing, and their order is right.
 *
 * @returns the entries that are proven to be in the log
 */
export function verifyEntries(
  bundle: EvidenceBundle,
  checkpoint: LogCheckpoint | undefined,
  report: FindingCollector,
): LoggedEntry[] {
  const proven: LoggedEntry[] = [];
  for (const item of bundle.entries) {
    const isProven = verifyEntry(item, bundle, checkpoint, report);
    if (item.entry) {
      if (isProven) proven.push(item.entry);
      verifyPersonal(item, bundle, report);
      verifyWriter(item.entry, placeOf(item), report);
    }
  }
  verifyOrder(bundle.entries, report);
  verifyComplete(bundle, report);
  return proven;
}

function verifyEntry(
  item: BundleEntry,
  bundle: EvidenceBundle,
  checkpoint: LogCheckpoint | undefined,
  report: FindingCollector,
): boolean {
  const place = placeOf(item);
  const { entry, leafIndex, proof } = item;
  if (entry && (entry.stream !== item.stream || entry.sequence !== item.sequence))
    report.finding('ENTRY_ALTERED', 'the entry states another position than it has in the bundle', place);
  if (entry && item.stream !== bundle.reissueId && !isAbout(entry, bundle))
    report.finding('ENTRY_INSERTED', 'the entry does not concern this reissue', place);
  if (!entry)
    report.finding('ENTRY_MISSING', 'the log has a leaf of the entry, but the entry is missing', place);
  if (leafIndex === null || item.leafHash === null) {
    report.notProven('ENTRY', 'the entry is not in the log yet', place);
    return false;
  }
  if (!checkpoint || leafIndex >= checkpoint.size) {
    report.notProven('ENTRY', 'no checkpoint covers the entry yet', place);
    return false;
  }
  if (proof === null) {
    report.finding('PROOF_INVALID', 'the log has lost the hashes that would prove the entry', place);
    return false;
  }

  const hashes = proof.map((hash) => base64url.decode(hash));
  const leadsToRoot = (leaf: Hash) => {
    const root = rootByInclusion(leaf, leafIndex, checkpoint.size, hashes);
    return root !== undefined && sameHash(root, checkpoint.root);
  };
  const kept = base64url.decode(item.leafHash);
  const own = entry ? leafOf(entry) : kept;
  if (leadsToRoot(own)) return true;
  if (!sameHash(own, kept) && leadsToRoot(kept))
    report.finding('ENTRY_ALTERED', 'the log has another entry at this position', place);
  else if (sameHash(own, kept))
    report.finding(
      'ENTRY_INSERTED',
      'the log of the checkpoint does not have this entry at this position',
      place,
    );
  else
    report.finding(
      'PROOF_INVALID',
      'neither the entry nor its leaf leads to the root of the checkpoint',
      place,
    );
  return false;
}

/**
 * Whether an act outside the reissue concerns it: it has the id of the reissue or its certificate, or explains missing data
 * of the reissue (a purge) or of the log (a restore).
 */
function isAbout(entry: LoggedEntry, { reissueId, reissue: { serial }, entries }: EvidenceBundle): boolean {
  const { details } = entry;
  if (isReconciliation(entry)) return true;
  if (details['reissueId'] === reissueId || (serial !== null && details['serial'] === serial)) return true;
  return entries.some(
    ({ stream, entry: own, personal }) =>
      own &&
      stream === reissueId &&
      ((own.personalDigest !== null && !personal && recordsPurgeOf(entry, 'personalDetails', own)) ||
        (own.action === 'archiveHistory' && recordsPurgeOf(entry, 'histories', own))),
  );
}

function verifyPersonal(item: BundleEntry, { entries }: EvidenceBundle, report: FindingCollector): void {
  const { entry, personal } = item;
  if (!entry) return;
  if (personal) {
    if (!isPersonalPartOf(personal, entry.personalDigest))
      report.finding(
        'PERSONAL_ALTERED',
        'the digest of the personal part is not the one in the entry',
        placeOf(item),
      );
  } else if (
    entry.personalDigest !== null &&
    !entries.some((other) => other.entry && recordsPurgeOf(other.entry, 'personalDetails', entry))
  )
    report.notProven(
      'PERSONAL',
      'the personal part is missing, and no purge entry explains it',
      placeOf(item),
    );
}

/**
 * Verifies that the role that inserted an entry may write its action for its actor. Actions of later versions and the oldest
 * entries, without a role, cannot be verified.
 */
export function verifyWriter(
  { recordedBy, action, actor }: LoggedEntry,
  place: EntryPosition,
  report: FindingCollector,
): void {
  if (recordedBy === undefined || !isAuditAction(action)) return;
  if (!mayWrite(recordedBy, action, actor))
    report.finding(
      'WRITER_NOT_ALLOWED',
      `${recordedBy} may not write ${action} for the actor ${actor}`,
      place,
    );
}

/**
 * Verifies that the entries of a stream have the same order in the bundle and in the log. Only acts outside reissues, which
 * run concurrently, may have another order in the log than their numbers.
 */
function verifyOrder(entries: readonly BundleEntry[], report: FindingCollector): void {
  const last = new Map<string, BundleEntry>();
  let lastLeaf = -1;
  for (const item of entries) {
    const before = last.get(item.stream);
    if (before && before.sequence === item.sequence)
      report.finding('ENTRY_INSERTED', 'another entry has the same number', placeOf(item));
    else if (before && before.sequence > item.sequence && item.stream !== authorityStream)
      report.finding(
        'ENTRY_ORDER',
        `the entry comes after the entry with number ${before.sequence}`,
        placeOf(item),
      );
    else if (item.leafIndex !== null && item.leafIndex <= lastLeaf)
      report.finding('ENTRY_ORDER', `the entry comes after leaf ${lastLeaf}`, placeOf(item));
    if (item.leafIndex !== null) lastLeaf = Math.max(lastLeaf, item.leafIndex);
    if (!before || before.sequence < item.sequence) last.set(item.stream, item);
  }
}

/** Verifies that a reissue's entries are numbered from 1 without gaps. Each gap is one finding, however large. */
function verifyComplete({ reissueId, reissue, entries }: EvidenceBundle, report: FindingCollector): void {
  const own = entries.filter(({ stream }) => stream === reissueId).map(({ sequence }) => sequence);
  const numbers = [...new Set(own)].sort((one, other) => one - other);
  const missing = (first: number, next: number) => {
    if (first >= next) return;
    const which =
      first + 1 === next
        ? 'the entry with this number is missing'
        : `the entries ${first} to ${next - 1} are missing`;
    report.finding('ENTRY_MISSING', which, { stream: reissueId, sequence: first });
  };
  let next = 1;
  for (const sequence of numbers) {
    missing(next, sequence);
    next = sequence + 1;
    if (sequence > reissue.auditSequence)
      report.finding('ENTRY_INSERTED', 'the number is greater than the count of entries of the reissue', {
        stream: reissueId,
        sequence,
      });
  }
  missing(next, reissue.auditSequence + 1);
}
