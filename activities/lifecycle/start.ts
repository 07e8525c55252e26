import { createHmac } from 'node:crypto';
import {
  assessIdentity,
  comparableName,
  effectiveReason,
  unknownCustomerId,
  pinnedRuleOf,
  type CertificateOnFile,
  type IdentityMethod,
  type PreparedStep,
  type RefusalCode,
  type StartReissue,
} from '#libs/domain';
import { inTransaction, type RoleTx } from '#libs/db';
import { certificateOnFile, type CertificateRow } from '#libs/db/certificates';
import {
  destroyVaultItemsOfStep,
  findReissue,
  insertReissue,
  lockReissue,
  type NewReissue,
} from '#libs/db/reissues';
import { checkConsents, type AcceptedConsent } from '#libs/terms';
import { consentAuditDetails, recordConsentAct } from '#activities/consent';
import { attemptsLeft, prepareChallenges } from '#activities/identity';
import type { StartContext } from './context.js';
import { findClaimedCustomer, readClaimedIdentity, type ClaimedIdentity } from './claimed-identity.js';
import { BrokenInvariant, done, noRow, ReissueChange, runStep } from '#activities/step';

/**
 * Starts a reissue: inserts its row and sends challenges, if the start names methods. An applicant who is not a
 * customer also gets a row, a pseudonym and challenges, so that the answer does not reveal who is one.
 */
export async function startReissue(context: StartContext, start: StartReissue): Promise<PreparedStep> {
  const refusal = (await findReissue(context.db, start.reissueId)) ? undefined : await open(context, start);
  if (refusal) return { ...noRow, ...refusal, requestHmac: start.requestHmac, proceed: false };
  return runStep(context, start.reissueId, start, 'requestChallenges', async (change) => {
    if (start.methods.length === 0) return done();
    return prepareChallenges(context, change, start, start.methods);
  });
}

/** Inserts the row with its consents, event and audit entry, or returns the refusal. */
async function open(context: StartContext, start: StartReissue): Promise<Refusal | undefined> {
  const now = context.clock();
  const consents = checkConsents(context.terms, 'identity', start.consents, now);
  // Incomplete if terms changed after the gateway's check.
  const applicant = consents.complete ? await readClaimedIdentity(context, start, now) : 'CONSENT_INCOMPLETE';
  const accepted = consents.complete ? consents.accepted : [];
  return inTransaction(context.db, async (tx) => {
    const refusal = await write(tx, context, start, { applicant, consents: accepted, now });
    // A sealed number is no longer needed: it was read, or another start must bring a new one.
    await destroyVaultItemsOfStep(tx, start.reissueId, start.updateId).execute();
    return refusal;
  });
}

/** The code of a refused start, and the milliseconds after which another start may succeed. */
type Refusal = Pick<PreparedStep, 'retryAfterMs'> & { readonly code: RefusalCode };

interface Opening {
  /** The claimed identity, or the code of the refusal. */
  readonly applicant: ClaimedIdentity | RefusalCode;
  readonly consents: readonly AcceptedConsent[];
  readonly now: Date;
}

async function write(
  tx: RoleTx<'worker'>,
  context: StartContext,
  start: StartReissue,
  { applicant, consents, now }: Opening,
): Promise<Refusal | undefined> {
  // The same start may run twice at once: the other run then inserted the row and destroyed the sealed values.
  if (typeof applicant === 'string')
    return (await findReissue(tx, start.reissueId)) ? undefined : { code: applicant };
  const row = await rowOf(tx, context, start, applicant, now);
  if (start.methods.some((method) => !row.methods.includes(method))) return { code: 'METHOD_NOT_OFFERED' };
  const asker = {
    person_key: row.person_key,
    customer_id: row.customer_id ?? null,
    applicant_mobile: applicant.mobile,
    origin: start.origin,
  };
  const allowance = await context.identityLimits.start(tx, asker, start.methods, now);
  if (!allowance.allowed) return { code: 'TOO_FREQUENT', retryAfterMs: allowance.retryAfterMs };
  if (await insertReissue(tx, row)) await begin(tx, context, start, applicant, consents, now);
  return undefined; // if not inserted, the same start ran twice at once
}

async function rowOf(
  tx: RoleTx<'worker'>,
  context: StartContext,
  start: StartReissue,
  applicant: ClaimedIdentity,
  now: Date,
): Promise<NewReissue & { methods: IdentityMethod[] }> {
  const { name, number } = applicant;
  const claimed = [comparableName(name), number];
  const customer = await findClaimedCustomer(tx, context, applicant);
  // An unknown person costs the same query, so that the time of the answer reveals nothing.
  const onFile = await certificateOnFile(tx, customer?.customer_id ?? unknownCustomerId);
  const standing = onFile && statusOf(onFile, now);
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
    person_key: keyed(context, 'person', ...claimed),
    customer_id: customer?.customer_id ?? null,
    customer_ref: customer?.customer_ref ?? keyed(context, 'reference', ...claimed).slice(0, 32),
    key_thumbprint: start.keyThumbprint,
    effective_reason: effectiveReason(start.reason, standing),
    policy_version: context.policy.version,
    identity_rule: JSON.stringify(rule),
    methods: [...methods],
    identity_attempts: attemptsLeft(context, [], methods),
    deadline: new Date(now.getTime() + context.deadlines.untilIssuedMs),
    created_at: now,
    updated_at: now,
  };
}

async function begin(
  tx: RoleTx<'worker'>,
  { receipts }: StartContext,
  start: StartReissue,
  { identifierKind, name, mobile, remarks }: ClaimedIdentity,
  consents: readonly AcceptedConsent[],
  now: Date,
): Promise<void> {
  const { reissueId, updateId, origin } = start;
  const said = { act: 'GIVEN', consents } as const;
  const receipt = await recordConsentAct(tx, receipts, { reissueId, updateId, origin, at: now, ...said });
  const row = await lockReissue(tx, reissueId);
  if (!row) throw new BrokenInvariant('the inserted row is missing');
  const change = new ReissueChange(tx, row, now);
  change.publishStarted();
  change.audit({
    actor: 'customer',
    action: 'open',
    outcome: 'OPENED',
    reason: start.reason,
    details: {
      by: identifierKind,
      ...remarks,
      customerRef: row.customer_ref,
      keyThumbprint: row.key_thumbprint,
      ...consentAuditDetails(said, receipt),
    },
    personal: { ...start.origin, name, ...(mobile === null ? {} : { mobile }) },
  });
  await change.write();
}

function keyed(context: StartContext, ...parts: string[]): string {
  return createHmac('sha256', context.pseudonymKey).update(parts.join('\0')).digest('hex');
}

function statusOf(certificate: CertificateRow, now: Date): CertificateOnFile {
  if (certificate.revoked_at)
    return {
      status: 'REVOKED',
      ...(certificate.revocation_reason ? { revocationReason: certificate.revocation_reason } : {}),
    };
  if (certificate.hold_at) return { status: 'ON_HOLD' };
  return { status: certificate.not_after > now ? 'VALID' : 'EXPIRED' };
}
