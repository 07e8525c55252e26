import {
  endDateForBasis,
  decideBasis,
  earlyRevocation,
  passwordAttempts,
  startOfKoreanDay,
  type CallOrigin,
  type EndCode,
  type RiskQuestion,
} from '#libs/domain';
import type { CertificateRow } from '#libs/db/certificates';
import { conclusionFacts, customerByCi, type CustomerRow } from '#libs/db/customers';
import type { IdentityMethodRow } from '#libs/db/identity';
import { openReissuesOf } from '#libs/db/reissues';
import type { RiskAnswer } from '#libs/risk';
import { changeStatus } from '#activities/revocation';
import { askForAdditionalMethod, decideOnRisk, knownMethods } from '#activities/risk';
import { endReissue, identityRuleOf, type ReissueChange } from '#activities/step';
import { assessReissue, attemptsLeft } from './assess.js';
import type { IdentityContext } from './context.js';
import { recordDevice } from './devices.js';

/**
 * Decides by the policy whether identity is verified, incomplete, or impossible to verify. The caller holds the locks on
 * person and reissue.
 *
 * @param progress of the methods, this step's verdicts included
 * @param last the answers of this step
 */
export async function concludeIdentity(
  context: IdentityContext,
  change: ReissueChange,
  progress: readonly IdentityMethodRow[],
  last: LastAnswers,
): Promise<Conclusion> {
  const { tx, row, person: customer } = change;
  const assessment = await assessReissue(context, tx, row, row, progress);
  const { complete, impossible, methods, verified, attemptsLeft } = assessment;
  change.set({ methods: [...methods], ...(complete ? {} : { identity_attempts: attemptsLeft }) });
  if (impossible) return reject(change, 'IDENTITY_LOCKED', verified);
  if (!complete) return nothingSuperseded;

  if (!customer || verified.some(({ ci }) => ci !== customer.ci))
    return reject(change, 'IDENTITY_MISMATCH', verified, await mismatchOf(change, customer, verified));
  return accept(context, change, customer, { progress, verified, last });
}

/** Rejects the reissue. The customer gets the code only; the audit entry has the methods and the policy. */
function reject(
  change: ReissueChange,
  code: EndCode,
  verified: readonly IdentityMethodRow[],
  details: Readonly<Record<string, unknown>> = {},
): Conclusion {
  change.move('answerChallenges', 'REJECTED', 'reseal.reissue.rejected.v1', { code });
  auditOutcome(change, { outcome: 'REJECTED', reason: code }, verified, details);
  return nothingSuperseded;
}

function auditOutcome(
  change: ReissueChange,
  outcome: { readonly outcome: string; readonly reason?: string },
  verified: readonly IdentityMethodRow[],
  details: Readonly<Record<string, unknown>> = {},
): void {
  change.audit({
    actor: 'system',
    action: 'identity',
    ...outcome,
    details: {
      policy: change.row.policy_version,
      verified: verified.map(({ method }) => method),
      ...details,
    },
  });
}

/** The reason for the audit entry if name, number and CI belong to different persons. It names methods, never a person. */
async function mismatchOf(
  { tx }: ReissueChange,
  claimed: CustomerRow | undefined,
  verified: readonly IdentityMethodRow[],
): Promise<Readonly<Record<string, unknown>>> {
  if (claimed)
    return {
      finding: 'OTHER_PERSON',
      otherPerson: verified.filter(({ ci }) => ci !== claimed.ci).map(({ method }) => method),
    };
  const cis = new Set(verified.map(({ ci }) => ci));
  if (cis.size > 1) return { finding: 'METHODS_DISAGREE' };
  const [ci] = cis;
  return { finding: ci && (await customerByCi(tx, ci)) ? 'NAMED_OTHERWISE' : 'NOT_A_CUSTOMER' };
}

/** What was concluded. */
interface Conclusion {
  /** The ids of older reissues of the same person that this one superseded. */
  readonly superseded: readonly string[];
  /** Set if the provider of risk decisions must be asked first. Then nothing of the change may be written. */
  readonly assess?: RiskQuestion;
}

const nothingSuperseded: Conclusion = { superseded: [] };

/** The answers of one step. */
interface LastAnswers {
  readonly origin: CallOrigin;
  /** When the SIM was last changed, by these answers; null if they do not say. */
  readonly simChangedAt: Date | null;
  /** The answer of the provider of risk decisions, once it was asked. */
  readonly risk: RiskAnswer | undefined;
}

/** A proved identity: the methods that were used, those that prove it, and the last answers. */
interface Proof {
  readonly progress: readonly IdentityMethodRow[];
  readonly verified: readonly IdentityMethodRow[];
  readonly last: LastAnswers;
}

async function accept(
  context: IdentityContext,
  change: ReissueChange,
  customer: CustomerRow,
  { progress, verified, last }: Proof,
): Promise<Conclusion> {
  const { tx, now, row } = change;
  const { customer_id: customerId } = customer;
  const [{ onFile, ...facts }, otherReissues] = await Promise.all([
    conclusionFacts(tx, customerId, row, startOfKoreanDay(now)),
    openReissuesOf(tx, customerId, row.reissue_id),
  ]);
  if (facts.blocked) return rejectVerified(change, 'REISSUES_BLOCKED', onFile, verified);
  if (!row.identity_verified_at && facts.registeredSince)
    return reject(change, 'ANOTHER_REISSUE_REGISTERED', verified);
  // Without the number there is no VID and no certificate, so the reissue ends now and not at its last step.
  if (!facts.hasRrn) return rejectVerified(change, 'RRN_NOT_ON_FILE', onFile, verified);

  const rule = identityRuleOf(context.policy, row);
  const methods = knownMethods(progress, verified);
  const simChangedAt = last.simChangedAt?.toISOString() ?? facts.signs.simChangedAt;
  const signs = { ...facts.signs, simChangedAt };
  const situation = { decision: 'IDENTITY', origin: last.origin, signs, methods, rule } as const;
  const named = verified.map(({ method }) => method);
  if (context.riskProvider && !last.risk)
    return { superseded: [], assess: { decision: 'IDENTITY', verified: named, origin: last.origin } };
  const risk = await decideOnRisk(context, change, situation, last.risk);
  if (risk.outcome === 'REFUSE') return rejectVerified(change, 'RISK_REFUSED', onFile, verified);
  if (risk.outcome === 'STEP_UP') {
    askForAdditionalMethod(change, risk.methods, { rule, verified: named });
    change.set({ identity_attempts: attemptsLeft(context, progress, risk.methods) });
    change.publish('reseal.reissue.identity-reopened.v1', { code: 'ADDITIONAL_METHOD_NEEDED' });
    return nothingSuperseded;
  }

  const superseded: string[] = [];
  for (const older of otherReissues) {
    await endReissue(tx, older, 'supersede', now, { actor: 'system', code: 'SUPERSEDED' });
    superseded.push(older.reissue_id);
  }

  if (!row.identity_verified_at) recordDevice(change, customerId, facts.knowsDevice);
  const { wrongTries } = facts;
  change.set({
    identity_verified_at: row.identity_verified_at ?? now,
    old_serial: onFile?.serial ?? null,
    basis: decideBasis(endOf(onFile), now),
    password_attempts: wrongTries === null ? 0 : Math.max(0, passwordAttempts - wrongTries),
  });
  // A customer who was asked for one more method later continues where they were.
  const next = row.password_verified_at && row.consents_completed_at ? 'KEY_REQUIRED' : 'PASSWORD_REQUIRED';
  change.move('answerChallenges', next, 'reseal.reissue.identity-verified.v1');
  auditOutcome(change, { outcome: 'VERIFIED' }, verified);
  change.certificates = { old: onFile };
  if (onFile) await revokeOrHoldOld(change, onFile);
  if (next === 'PASSWORD_REQUIRED' && verified.some(({ method }) => method === 'OLD_CERTIFICATE'))
    acceptPasswordProof(change);
  return { superseded };
}

/**
 * Accepts the signature of the old key as a proof of its password. The proof counts only if no other person can have the
 * key, the password is not locked, and the customer does not reset it.
 */
function acceptPasswordProof(change: ReissueChange): void {
  const { effective_reason, password_attempts, resetting } = change.row;
  if (effective_reason !== 'EXPIRED' || !password_attempts || resetting) return;
  change.set({ password_verified_at: change.now });
  change.move('passwordProved', 'CONSENT_REQUIRED', 'reseal.reissue.password-verified.v1');
  change.audit({ actor: 'system', action: 'password', outcome: 'PROVED', reason: 'OLD_CERTIFICATE' });
}

/** Rejects a customer whose identity is verified. The old certificate is still protected. */
async function rejectVerified(
  change: ReissueChange,
  code: EndCode,
  onFile: CertificateRow | undefined,
  verified: readonly IdentityMethodRow[],
): Promise<Conclusion> {
  const { row, now } = change;
  change.set({
    identity_verified_at: row.identity_verified_at ?? now,
    old_serial: onFile?.serial ?? null,
  });
  reject(change, code, verified);
  if (onFile) await revokeOrHoldOld(change, onFile);
  return nothingSuperseded;
}

function endOf(onFile: CertificateRow | undefined): Date | undefined {
  return endDateForBasis(
    onFile && { notAfter: onFile.not_after, revocationReason: onFile.revocation_reason },
  );
}

/** Revokes a compromised key and holds a lost one as soon as identity is verified. */
async function revokeOrHoldOld(change: ReissueChange, { serial }: CertificateRow): Promise<void> {
  const early = earlyRevocation(change.row.reason);
  if (!early) return;
  const reason = early === 'REVOKE' ? 'keyCompromise' : 'certificateHold';
  const status = await changeStatus(
    change.tx,
    serial,
    reason === 'keyCompromise' ? { act: 'revoke', reason } : { act: 'hold' },
    change.now,
  );
  if (status.outcome !== 'DONE') return;
  const event = early === 'REVOKE' ? 'reseal.certificate.revoked.v1' : 'reseal.certificate.held.v1';
  change.publishCertificate(event, status.certificate, reason);
  change.audit({
    actor: 'system',
    action: early === 'REVOKE' ? 'revoke' : 'hold',
    outcome: 'DONE',
    reason,
    details: { serial },
  });
  change.notify.push(early === 'REVOKE' ? 'REVOKED' : 'HELD');
}
