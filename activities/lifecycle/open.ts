import { createHmac } from 'node:crypto';
import {
  assessIdentity,
  effectiveReason,
  type CertificateOnFile,
  type IdentityMethod,
  type IdentityPolicy,
  type PreparedStep,
  type RefusalCode,
  type StartReissue,
} from '#libs/domain';
import {
  certificateOnFile,
  findCustomer,
  findReissue,
  insertConsents,
  insertReissue,
  inTransaction,
  lockReissue,
  type CertificateRow,
  type NewReissue,
  type Tx,
} from '#libs/db';
import { checkConsents, type AcceptedConsent, type TermsCatalogue } from '#libs/terms';
import { attemptsLeft, prepareChallenges } from '#activities/identity';
import { BrokenInvariant, done, noRow, ReissueChange, takeStep, type StepContext } from '#activities/step';

export interface OpeningContext extends StepContext {
  readonly policy: IdentityPolicy;
  readonly availableMethods: readonly IdentityMethod[];
  readonly terms: TermsCatalogue;
  /** For pseudonyms and for keys of persons who may not exist. */
  readonly pseudonymKey: Buffer;
}

/**
 * The first step: makes the row, whoever the applicant may be. A person the bank does not know gets a row, a
 * pseudonym and challenges just the same.
 */
export async function openReissue(context: OpeningContext, start: StartReissue): Promise<PreparedStep> {
  const refusal = (await findReissue(context.db, start.reissueId)) ? undefined : await open(context, start);
  if (refusal) return { ...noRow, code: refusal, requestHmac: start.requestHmac, proceed: false };
  return takeStep(context, start.reissueId, start, 'requestChallenges', async (change) => {
    if (start.methods.length === 0) return done();
    return prepareChallenges(context, change, start, start.methods);
  });
}

/** Makes the row and what comes with it, or says why there will be none. */
async function open(context: OpeningContext, start: StartReissue): Promise<RefusalCode | undefined> {
  const now = context.clock();
  const consents = checkConsents(context.terms, 'identity', start.consents, now);
  if (!consents.complete) return 'CONSENT_INCOMPLETE'; // terms changed between the gateway's look and ours
  return inTransaction(context.db, async (tx) => {
    const row = await rowOf(tx, context, start, now);
    if (start.methods.some((method) => !row.methods.includes(method))) return 'METHOD_NOT_OFFERED';
    if (await insertReissue(tx, row)) await begin(tx, start, consents.accepted, now);
    return undefined; // not inserted: the same start, run twice at once
  });
}

async function rowOf(
  tx: Tx,
  context: OpeningContext,
  start: StartReissue,
  now: Date,
): Promise<NewReissue & { methods: IdentityMethod[] }> {
  const { name, mobile } = start.applicant;
  const customer = await findCustomer(tx, name, mobile);
  const onFile = customer && (await certificateOnFile(tx, customer.customer_id));
  const reason = effectiveReason(start.reason, onFile && statusOf(onFile, now));
  const { methods } = assessIdentity(context.policy, reason, context.availableMethods, {
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
    applicant_mobile: mobile,
    person_key: keyed(context, 'person', name, mobile),
    customer_id: customer?.customer_id ?? null,
    customer_ref: customer?.customer_ref ?? keyed(context, 'reference', name, mobile).slice(0, 32),
    key_thumbprint: start.keyThumbprint,
    effective_reason: reason,
    policy_version: context.policy.version,
    methods: [...methods],
    identity_attempts: attemptsLeft(context, [], methods),
    deadline: new Date(now.getTime() + context.deadlines.untilIssuedMs),
    created_at: now,
    updated_at: now,
  };
}

async function begin(
  tx: Tx,
  start: StartReissue,
  consents: readonly AcceptedConsent[],
  now: Date,
): Promise<void> {
  await insertConsents(
    tx,
    consents.map((consent) => ({
      reissue_id: start.reissueId,
      terms_id: consent.termsId,
      version: consent.version,
      digest: consent.digest,
      locale: consent.locale,
      agreed: consent.agreed,
      ...start.origin,
      recorded_at: now,
    })),
  );
  const row = await lockReissue(tx, start.reissueId);
  if (!row) throw new BrokenInvariant('the row just inserted is gone');
  const change = new ReissueChange(tx, row, now);
  change.begin();
  change.audit({
    actor: 'customer',
    action: 'open',
    outcome: 'OPENED',
    reason: start.reason,
    details: { consents: consents.map(({ termsId, version, agreed }) => ({ termsId, version, agreed })) },
    personal: { ...start.origin, ...start.applicant },
  });
  await change.write();
}

function keyed(context: OpeningContext, ...parts: string[]): string {
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
