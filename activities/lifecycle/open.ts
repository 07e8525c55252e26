import { createHmac } from 'node:crypto';
import {
  assessIdentity,
  effectiveReason,
  type CertificateOnFile,
  type IdentityMethod,
  type IdentityPolicy,
  type PreparedStep,
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
  type Tx,
} from '#libs/db';
import { checkConsents, type AcceptedConsent, type TermsCatalogue } from '#libs/terms';
import { prepareChallenges } from '#activities/identity';
import { done, ReissueChange, takeStep, type StepContext } from '#activities/step';

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
  const now = context.clock();
  const consents = checkConsents(context.terms, 'identity', start.consents, now);
  const exists = await findReissue(context.db, start.reissueId);
  if (!consents.complete && !exists) return consentRefused;
  if (consents.complete && !exists)
    await inTransaction(context.db, (tx) => insertOpened(tx, context, start, consents.accepted, now));
  return takeStep(context, start.reissueId, start, 'requestChallenges', async (change) => {
    if (start.methods.length === 0) return done();
    return prepareChallenges(context, change, start, start.methods);
  });
}

/** Terms changed between the gateway's look and ours: there is no reissue, and the workflow ends. */
const consentRefused: PreparedStep = {
  standing: { state: 'REJECTED', alarm: null, parked: null },
  status: 'REFUSED',
  code: 'CONSENT_INCOMPLETE',
  proceed: false,
};

async function insertOpened(
  tx: Tx,
  context: OpeningContext,
  start: StartReissue,
  consents: readonly AcceptedConsent[],
  now: Date,
): Promise<void> {
  const { name, mobile } = start.applicant;
  const customer = await findCustomer(tx, name, mobile);
  const onFile = customer && (await certificateOnFile(tx, customer.customer_id));
  const personKey = keyed(context, 'person', name, mobile);
  const reason = effectiveReason(start.reason, onFile && statusOf(onFile, now));
  const { methods } = assessIdentity(context.policy, reason, context.availableMethods, {
    verified: [],
    locked: [],
    resetting: false,
  });
  const inserted = await insertReissue(tx, {
    reissue_id: start.reissueId,
    api_key_name: start.apiKeyName,
    reason: start.reason,
    state: 'IDENTITY_REQUIRED',
    applicant_name: name,
    applicant_mobile: mobile,
    person_key: personKey,
    customer_id: customer?.customer_id ?? null,
    customer_ref: customer?.customer_ref ?? keyed(context, 'reference', name, mobile).slice(0, 32),
    key_thumbprint: start.keyThumbprint,
    effective_reason: reason,
    policy_version: context.policy.version,
    methods: [...methods],
    identity_attempts: Math.min(...methods.map((method) => context.policy.limits[method]?.attempts ?? 0)),
    deadline: new Date(now.getTime() + context.deadlines.untilIssuedMs),
    created_at: now,
    updated_at: now,
  });
  if (!inserted) return; // the same start, run twice at once
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
  if (!row) throw new Error('the row just inserted is gone');
  const change = new ReissueChange(tx, row, now);
  change.begin();
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
