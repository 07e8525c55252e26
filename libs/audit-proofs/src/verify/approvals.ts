import type { ProvenAct } from '#libs/domain';
import type { BundleEntry, EvidenceBundle, TrustFile } from '../bundle.js';
import type { LoggedEntry } from '../entry.js';
import { InvalidProof, verifyProof } from '../staff-proof.js';
import type { EntryPosition, FindingCollector } from './report.js';

/**
 * Verifies the operations on this reissue: two people confirmed and approved each, both with a proof of the bank's issuer,
 * and no act of an operation lacks them.
 */
export async function verifyApprovals(
  bundle: EvidenceBundle,
  trust: TrustFile,
  report: FindingCollector,
): Promise<void> {
  for (const { entry, ...place } of bundle.entries)
    if (entry && isProvenAct(entry)) await verifyAct(entry, placeOf(place), trust, report);
  // An entry that the checkpoint does not cover may be in the bundle without earlier entries.
  for (const { entry, ...place } of bundle.entries)
    if (entry && isInOperation(entry) && place.proof !== null)
      verifyPeople(entry, placeOf(place), bundle, report);
}

/** The people that each action needs. */
const peopleFor: Readonly<Record<string, readonly ProvenAct[]>> = {
  ...{ retry: ['confirm'], abandon: ['confirm'], withdraw: ['confirm', 'approve'] },
  endCoolingOff: ['confirm', 'approve'],
  'certificate.revoke': ['confirm', 'approve'],
  'certificate.hold': ['confirm', 'approve'],
  'certificate.release': ['confirm', 'approve'],
};

/** The oldest entries, without a role of the database, had other rules. */
const isInOperation = ({ action, outcome, recordedBy, details }: LoggedEntry): boolean =>
  Object.hasOwn(peopleFor, action) &&
  outcome !== 'REFUSED' &&
  recordedBy !== undefined &&
  typeof details['operationId'] === 'string';

function verifyPeople(
  { action, details }: LoggedEntry,
  place: EntryPosition,
  { entries }: EvidenceBundle,
  report: FindingCollector,
): void {
  const { operationId, requestedBy, approvedBy } = details;
  const person = { confirm: requestedBy, approve: approvedBy };
  for (const act of peopleFor[action] ?? [])
    if (
      !entries.some(
        ({ entry }) =>
          entry?.action === act &&
          isProvenAct(entry) &&
          entry.actor === person[act] &&
          entry.details['operationId'] === operationId,
      )
    )
      report.finding('APPROVAL_INVALID', `the required entry "${act}" for ${action} is missing`, place);
}

const isProvenAct = ({ action, outcome }: LoggedEntry): boolean =>
  (action === 'confirm' || action === 'approve') && outcome === 'DONE';

const placeOf = ({ stream, sequence, leafIndex }: Omit<BundleEntry, 'entry'>): EntryPosition => ({
  stream,
  sequence,
  ...(leafIndex === null ? {} : { leafIndex }),
});

async function verifyAct(
  { action, actor, details, recordedBy }: LoggedEntry,
  place: EntryPosition,
  trust: TrustFile,
  report: FindingCollector,
): Promise<void> {
  const { proof, digest, requestedBy } = details;
  if (action === 'approve' && requestedBy === actor)
    report.finding('APPROVAL_INVALID', `${actor} requested and approved the same operation`, place);
  if (typeof proof !== 'string' || typeof digest !== 'string') {
    const why = 'the entry has no proof by the person';
    // The oldest entries, without a role of the database, have none.
    if (recordedBy === undefined) report.notProven('APPROVAL', why, place);
    else report.finding('APPROVAL_INVALID', why, place);
    return;
  }
  if (trust.staffKeys.length === 0)
    return report.notProven('APPROVAL', 'the trust file has no keys of the issuer of staff tokens', place);
  try {
    const act = action as ProvenAct;
    await verifyProof(proof, { act, digest, actor }, trust.staffKeys);
  } catch (error) {
    if (!(error instanceof InvalidProof)) throw error;
    report.finding('APPROVAL_INVALID', error.message, place);
  }
}
