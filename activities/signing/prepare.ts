import type { RoleTx } from '#libs/db';
import { appendAudits, type AuditEntryOf } from '#libs/db/audit';
import { abandonIntents, insertIntents, type LockWait } from '#libs/db/certificates';
import { decideSigning, isStale, type SigningCandidate, type SigningDecision } from './decide.js';
import { lockAndReadFacts } from './facts.js';
import type { SigningPorts } from './ports.js';
import type { Profiles } from './profiles.js';
import { signingEntry } from './signing-entry.js';

/** The decision on a candidate; undefined if its rows are locked elsewhere and the transaction does not wait. */
type PreparedDecision = SigningDecision | undefined;

/**
 * Decides under the locks which candidates to sign, and writes their intents: in one transaction for all, but each
 * decision depends only on the candidate's own rows. Each candidate has a different reissue.
 */
export async function prepare(
  tx: RoleTx<'signer'>,
  ports: SigningPorts,
  profiles: Profiles,
  candidates: readonly SigningCandidate[],
  lockWait: LockWait,
): Promise<PreparedDecision[]> {
  const now = ports.clock();

  // 1. Lock customers and reissues, and read the data for the decisions, which can no longer change.
  const { facts, profileIsStored } = await lockAndReadFacts(tx, ports, profiles, candidates, lockWait);

  // 2. Decide on each candidate.
  const decisions = candidates.map((candidate, index): PreparedDecision => {
    const known = facts[index];
    return known && decideSigning(candidate, known, now);
  });

  // 3. Abandon stale intents, write the new ones with their audit entries.
  const stale = facts.flatMap((known) =>
    known?.live?.state === 'INTENT' && isStale(known.live, now)
      ? { serial: known.live.serial, reissueId: known.reissue.reissue_id }
      : [],
  );
  await abandonAndAudit(tx, stale, now);
  const intents = decisions.flatMap((decision) => (decision?.kind === 'intended' ? decision.intent : []));
  if (intents.length > 0 && !profileIsStored) await profiles.keep(tx, now);
  const entries = decisions.flatMap(
    (decision, index) => auditOf(candidates[index]!.checkedRow.reissue_id, decision, now) ?? [],
  );
  const written = await insertIntents(tx, intents, entries);
  return decisions.map((decision) =>
    // The reissue or the key got an active certificate at this moment: the next attempt finds it.
    decision?.kind === 'intended' && !written.has(decision.intent.serial)
      ? { kind: 'underWay', retryInMs: 1_000 }
      : decision,
  );
}

function auditOf(reissueId: string, decision: PreparedDecision, now: Date): AuditEntryOf | undefined {
  switch (decision?.kind) {
    case 'intended': {
      const { serial, tbs_digest: tbsDigest } = decision.intent;
      return signingEntry(reissueId, 'INTENDED', now, { serial, tbsDigest });
    }
    case 'refused':
      return signingEntry(reissueId, 'REFUSED', now, {}, decision.code);
    case 'impossible':
      return signingEntry(reissueId, 'REFUSED', now, { message: decision.message }, decision.type);
    default:
      return undefined;
  }
}

/** Closes open intents and records it in the audit trail. The caller holds the locks on their reissues. */
export async function abandonAndAudit(
  tx: RoleTx<'signer'>,
  intents: readonly { readonly serial: string; readonly reissueId: string }[],
  now: Date,
): Promise<void> {
  const serials = intents.map(({ serial }) => serial);
  const abandoned = await abandonIntents(tx, serials, now);
  const entries = intents.filter(({ serial }) => abandoned.has(serial));
  await appendAudits(
    tx,
    entries.map(({ serial, reissueId }) => signingEntry(reissueId, 'ABANDONED', now, { serial })),
  );
}
