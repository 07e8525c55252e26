import { createHmac } from 'node:crypto';
import {
  assessIdentity,
  comparableName,
  effectiveReason,
  pinnedRuleOf,
  type CertificateOnFile,
  type IdentityMethod,
  type PreparedStep,
  type RefusalCode,
  type StartReissue,
} from '#libs/domain';
import { inTransaction, type RoleTx } from '#libs/db';
import type { ClaimedCustomer } from '#libs/db/customers';
import { destroyVaultItemsOfStep, findReissue, insertReissue, type NewReissue } from '#libs/db/reissues';
import { checkConsents, type AcceptedConsent } from '#libs/terms';
import { consentAuditDetails, recordConsentAct } from '#activities/consent';
import { attemptsLeft, prepareChallenges, type ChallengeFacts } from '#activities/identity';
import type { StartContext } from './context.js';
import { findClaimedCustomer, readClaimedIdentity, type ClaimedIdentity } from './claimed-identity.js';
import { done, endStep, noRow, ReissueChange, runStep, type StepEnding } from '#activities/step';

/**
 * Starts a reissue: inserts its row and prepares challenges, if the start names methods. An applicant who is not a
 * customer also gets a row, a pseudonym and challenges, so that the answer does not reveal who is one.
 */
export async function startReissue(context: StartContext, start: StartReissue): Promise<PreparedStep> {
  const now = context.clock();
  const consents = checkConsents(context.terms, 'identity', start.consents, now);
  // Incomplete if terms changed after the gateway's check.
  const applicant = consents.complete ? await readClaimedIdentity(context, start, now) : 'CONSENT_INCOMPLETE';
  const accepted = consents.complete ? consents.accepted : [];
  const started = await inTransaction(context.db, (tx) =>
    open(tx, context, start, { applicant, consents: accepted, now }),
  );
  // The row exists: the same start ran before, or runs twice at once.
  return (
    started ??
    runStep(context, start.reissueId, start, 'requestChallenges', (change) =>
      firstStep(context, change, start),
    )
  );
}

const firstStep = async (
  context: StartContext,
  change: ReissueChange,
  start: StartReissue,
  facts?: ChallengeFacts,
): Promise<StepEnding> =>
  start.methods.length === 0 ? done() : prepareChallenges(context, change, start, start.methods, facts);

/** What a start says, and when it arrived. */
interface Opening {
  /** The claimed identity, or the code of the refusal. */
  readonly applicant: ClaimedIdentity | RefusalCode;
  readonly consents: readonly AcceptedConsent[];
  readonly now: Date;
}

/** Opens the reissue with its first step. @returns undefined if its row exists */
async function open(
  tx: RoleTx<'worker'>,
  context: StartContext,
  start: StartReissue,
  { applicant, consents, now }: Opening,
): Promise<PreparedStep | undefined> {
  if (typeof applicant === 'string') return refuse(tx, start, { code: applicant });
  const claimed = await findClaimedCustomer(tx, context, applicant);
  const row = rowOf(context, start, applicant, claimed, now);
  if (start.methods.some((method) => !row.methods.includes(method)))
    return refuse(tx, start, { code: 'METHOD_NOT_OFFERED' });
  const asker = {
    person_key: row.person_key,
    customer_id: row.customer_id ?? null,
    applicant_mobile: applicant.mobile,
    origin: start.origin,
  };
  const allowance = await context.identityLimits.start(tx, asker, start.methods, now);
  if (!allowance.allowed)
    return refuse(tx, start, { code: 'TOO_FREQUENT', retryAfterMs: allowance.retryAfterMs });
  const inserted = await insertReissue(tx, row);
  if (!inserted) return undefined;

  const change = new ReissueChange(tx, inserted, now);
  await begin(context, change, start, applicant, consents);
  const ending = await firstStep(context, change, start, {
    prepared: false,
    used: [],
    customer: claimed?.customer,
  });
  // A sealed number is no longer needed: it was read. The record of an answer destroys it, too.
  if (ending.kind !== 'outcome') change.add(destroyVaultItemsOfStep(tx, start.reissueId, start.updateId));
  return endStep(context, change, start, ending);
}

/** Refuses a start, unless the same start ran before: that run inserted the row and destroyed the sealed values. */
async function refuse(
  tx: RoleTx<'worker'>,
  { reissueId, updateId, requestHmac }: StartReissue,
  refusal: Pick<PreparedStep, 'code' | 'retryAfterMs'>,
): Promise<PreparedStep | undefined> {
  if (await findReissue(tx, reissueId)) return undefined;
  // Another start must bring the sealed values again.
  await destroyVaultItemsOfStep(tx, reissueId, updateId).execute();
  return { ...noRow, ...refusal, requestHmac, proceed: false };
}

function rowOf(
  context: StartContext,
  start: StartReissue,
  applicant: ClaimedIdentity,
  claimed: ClaimedCustomer | undefined,
  now: Date,
): NewReissue & { methods: IdentityMethod[] } {
  const { name, number } = applicant;
  const identity = [comparableName(name), number];
  const customer = claimed?.customer;
  const standing = claimed?.onFile && statusOf(claimed.onFile, now);
  const rule = pinnedRuleOf(context.policy, start.reason, standing);
  const { methods } = assessIdentity(rule, context.availableMethods, {
    verified: [],
    locked: [],
    resetting: false,
  });
  return {
    reissue_id: start.reissueId,
    api_key_name: start.apiKeyName,
    reason: start.reason,
    state: 'IDENTITY_REQUIRED',
    applicant_name: name,
    applicant_mobile: applicant.mobile,
    applicant_by: applicant.identifierKind,
    applicant_carrier: applicant.carrier,
    device: start.origin.device ?? null,
    person_key: keyed(context, 'person', ...identity),
    customer_id: customer?.customer_id ?? null,
    customer_ref: customer?.customer_ref ?? keyed(context, 'reference', ...identity).slice(0, 32),
    key_thumbprint: start.keyThumbprint,
    effective_reason: effectiveReason(start.reason, standing),
    policy_version: context.policy.version,
    identity_rule: JSON.stringify(rule),
    risk_policy: context.riskPolicies.current.digest,
    methods: [...methods],
    identity_attempts: attemptsLeft(context, [], methods),
    deadline: new Date(now.getTime() + context.deadlines.untilIssuedMs),
    created_at: now,
    updated_at: now,
  };
}

async function begin(
  { receipts, riskPolicies }: StartContext,
  change: ReissueChange,
  start: StartReissue,
  { identifierKind, name, mobile, remarks }: ClaimedIdentity,
  consents: readonly AcceptedConsent[],
): Promise<void> {
  const { updateId, origin } = start;
  const said = { act: 'GIVEN', consents } as const;
  const receipt = await recordConsentAct(change, receipts, { updateId, origin, ...said });
  change.add(...riskPolicies.toStore(change.tx, change.now));
  change.publishStarted();
  change.audit({
    actor: 'customer',
    action: 'open',
    outcome: 'OPENED',
    reason: start.reason,
    details: {
      by: identifierKind,
      ...remarks,
      customerRef: change.row.customer_ref,
      keyThumbprint: change.row.key_thumbprint,
      ...consentAuditDetails(said, receipt),
    },
    personal: { ...origin, name, ...(mobile === null ? {} : { mobile }) },
  });
}

function keyed(context: StartContext, ...parts: string[]): string {
  return createHmac('sha256', context.pseudonymKey).update(parts.join('\0')).digest('hex');
}

function statusOf(certificate: NonNullable<ClaimedCustomer['onFile']>, now: Date): CertificateOnFile {
  if (certificate.revoked_at)
    return {
      status: 'REVOKED',
      ...(certificate.revocation_reason ? { revocationReason: certificate.revocation_reason } : {}),
    };
  if (certificate.hold_at) return { status: 'ON_HOLD' };
  return { status: certificate.not_after > now ? 'VALID' : 'EXPIRED' };
}
