import { ApplicationFailure } from '@temporalio/common';
import {
  koreanDayOf,
  normaliseResidentNumber,
  readVidRandom,
  type Clock,
  type VaultHandle,
} from '#libs/domain';
import { inTransaction, type RoleDatabase, type RoleTx } from '#libs/db';
import { appendAuthorityEntry, type NewAuthorityEntry } from '#libs/db/audit';
import { findVidCheck, insertVidCheck, lockCertificateForVidCheck } from '#libs/db/certificates';
import { destroyVaultItemsOfStep } from '#libs/db/reissues';
import { checkVid, readIdentifyData } from '#libs/npki';
import { refundUse, useFirstAllowedLimits } from '#libs/rate-limit';
import type { Secrets } from '#activities/step';
import { wrongCheckLimits } from './wrong-checks.js';

/** A request to check a number and an R against the VID of a certificate. The vault holds both values. */
export interface VidCheckRequest {
  /** Derived from front end and Idempotency-Key, so that a repeated call is the same check. */
  readonly checkId: string;
  /** Keyed digest of the call, to distinguish a repetition from another call under the same key. */
  readonly requestHmac: string;
  readonly apiKeyName: string;
  /**
   * Digests of the caller: the front end with each size of the caller's network, the narrowest first. Older requests
   * have none and count by front end.
   */
  readonly callers?: readonly string[];
  readonly serial: string;
  /** The subject that the two values were sealed for. */
  readonly subject: string;
  readonly rrn: VaultHandle;
  readonly random: VaultHandle;
}

export type VidCheckAnswer =
  | { readonly answer: 'CHECKED'; readonly matches: boolean; readonly requestHmac: string }
  | { readonly answer: 'ENVELOPE_REFUSED' | 'CERTIFICATE_WITHOUT_VID' }
  /** @property nextAt when the certificate can be checked again (ISO 8601) */
  | { readonly answer: 'TOO_MANY_WRONG'; readonly nextAt: string };

interface VidCheckContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly secrets: Secrets;
  /** How many checks of one certificate by one caller may be wrong on one day. */
  readonly wrongVidChecksPerDay: number;
}

/**
 * Checks a number against the VID of a certificate. An answered check is recorded, and its repetitions get the same
 * answer. A refused check changes nothing. The authority's audit trail has every check, without the two values, which
 * are destroyed in the same transaction.
 */
export function createVidChecks(context: VidCheckContext) {
  return {
    checkVid: async (request: VidCheckRequest): Promise<VidCheckAnswer> => {
      const { rrn, random, subject, apiKeyName } = request;
      const sealedFor = { sub: subject, client: apiKeyName, keyThumbprint: null };
      const opened = {
        rrn: await context.secrets.openFor(rrn, 'rrn', sealedFor),
        random: await context.secrets.openFor(random, 'vid-random', sealedFor),
      };
      return inTransaction(context.db, (tx) => answer(tx, context, request, opened));
    },
  };
}
export type VidChecks = ReturnType<typeof createVidChecks>;

async function answer(
  tx: RoleTx<'worker'>,
  { clock, wrongVidChecksPerDay }: VidCheckContext,
  request: VidCheckRequest,
  opened: { readonly rrn: string | undefined; readonly random: string | undefined },
): Promise<VidCheckAnswer> {
  const { checkId, serial, requestHmac } = request;
  const certificate = await lockCertificateForVidCheck(tx, serial);
  const recorded = await findVidCheck(tx, checkId);
  if (recorded) {
    await destroyVaultItemsOfStep(tx, checkId, requestHmac).execute(); // the repetition brought sealed values, too
    return { answer: 'CHECKED', matches: recorded.matches, requestHmac: recorded.request_hmac };
  }
  if (!certificate?.der) throw ApplicationFailure.nonRetryable(`there is no certificate ${serial}`);

  const now = clock();
  const day = koreanDayOf(now);
  const refuse = async <T extends VidCheckAnswer>(refusal: T): Promise<T> => {
    await recordCheck(tx, request, now, 'REFUSED', refusal.answer);
    return refusal;
  };
  const idn = opened.rrn === undefined ? undefined : normaliseResidentNumber(opened.rrn);
  const random = readVidRandom(opened.random);
  if (idn === undefined || random === undefined) return refuse({ answer: 'ENVELOPE_REFUSED' });
  if (!readIdentifyData(certificate.der)) return refuse({ answer: 'CERTIFICATE_WITHOUT_VID' });
  const attempt = await useFirstAllowedLimits(tx, wrongCheckLimits(request, wrongVidChecksPerDay), now);
  if (!attempt.allowed)
    return refuse({
      answer: 'TOO_MANY_WRONG',
      nextAt: new Date(now.getTime() + attempt.retryAfterMs).toISOString(),
    });

  const matches = checkVid({ certificate: certificate.der, idn, random: Buffer.from(random, 'hex') });
  if (matches) for (const use of attempt.used) await refundUse(tx, use);
  const check = { check_id: checkId, request_hmac: requestHmac, serial, matches, day, recorded_at: now };
  await insertVidCheck(tx, check);
  await recordCheck(tx, request, now, matches ? 'MATCHED' : 'MISMATCHED');
  return { answer: 'CHECKED', matches, requestHmac };
}

/** Audits the check and destroys the sealed values. */
async function recordCheck(
  tx: RoleTx<'worker'>,
  { apiKeyName, serial, checkId, requestHmac }: VidCheckRequest,
  occurredAt: Date,
  outcome: NewAuthorityEntry['outcome'],
  reason?: string,
): Promise<void> {
  await appendAuthorityEntry(tx, {
    actor: `client:${apiKeyName}`,
    action: 'checkVid',
    outcome,
    ...(reason ? { reason } : {}),
    details: { serial, checkId },
    occurredAt,
  });
  await destroyVaultItemsOfStep(tx, checkId, requestHmac).execute();
}
