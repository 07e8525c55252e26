import {
  isIssuedBy,
  ocspError,
  parseOcspRequest,
  signOcspResponse,
  type CertId,
  type OcspError,
  type OcspRequest,
  type OcspResponder,
  type OcspStatus,
} from '#libs/ca';
import { FormatError } from '#libs/der';
import type { RoleDatabase } from '#libs/db';
import { certificateStatuses, type CertificateStatusRow } from '#libs/db/certificates';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import type { RestoreWatch } from '#libs/restore';
import { etagOf } from '../cacheable.js';
import type { Issuer, Issuers } from '../issuers/issuers.js';
import type { AnswerCache, Keepable } from './answer-cache.js';

/** An OCSP response with its HTTP metadata. */
export interface OcspReply extends Keepable {
  /** DER of the OCSPResponse. */
  readonly body: Buffer;
  /** Undefined if HTTP caches must not store it. */
  readonly cacheable:
    { readonly etag: string; readonly thisUpdate: Date; readonly nextUpdate: Date } | undefined;
}

interface OcspAnswersOptions {
  readonly db: RoleDatabase<'status'>;
  readonly issuers: Pick<Issuers, 'all' | 'find'>;
  readonly cache: AnswerCache<OcspReply>;
  /** While a restored database waits for its reconciliation, revocations may be missing: no status is given then. */
  readonly restores: Pick<RestoreWatch, 'pending'>;
  /** Milliseconds. */
  readonly validityMs: number;
  /** Validity of the status `unknown`, in milliseconds: it can become `good` at any time. */
  readonly unknownValidityMs: number;
  /** How far `thisUpdate` is in the past, in milliseconds. */
  readonly backdateMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Answers OCSP requests (RFC 6960) from the database: `good`; `revoked`, also for certificates on hold and serial numbers
 * of abandoned intents; `unknown` for serial numbers that were never used or are being signed.
 *
 * A response is signed for the first of our issuing CAs in the request, because a responder represents one CA. Certificates
 * of another CA are `unknown` in it. A request without any of our CAs is `unauthorized` (RFC 6960 section 2.3, RFC 5019
 * section 2.2.3). While PostgreSQL or the OCSP key is not available, the response is `tryLater`, never an outdated status.
 */
export class OcspAnswers {
  constructor(private readonly options: OcspAnswersOptions) {}

  /** Never rejects. */
  async answer(bytes: Buffer): Promise<OcspReply> {
    const { logger } = this.options;
    try {
      return await this.answerTo(parseOcspRequest(bytes));
    } catch (error) {
      if (error instanceof FormatError) return failure('malformedRequest');
      if (error instanceof Unanswerable) {
        logger.warn({ err: error.cause }, 'OCSP requests cannot be answered now');
        return failure('tryLater');
      }
      logger.error({ err: error }, 'OCSP request failed');
      return failure('internalError');
    }
  }

  private async answerTo(request: OcspRequest): Promise<OcspReply> {
    const { issuers, cache, clock, restores } = this.options;
    if (restores.pending) return failure('tryLater');
    const names = ({ hashes }: Issuer) =>
      request.certificates.some((certificate) => isIssuedBy(certificate, hashes));
    const issuer = await issuers.find(names).catch((error: unknown) => {
      // Only with a list of issuing CAs can an unknown CA be refused.
      if (issuers.all().length === 0) throw new Unanswerable(error);
      return undefined;
    });
    if (!issuer) return failure(issuers.all().length > 0 ? 'unauthorized' : 'tryLater');
    const { responder } = issuer;
    if (!responder || responder.notAfter <= clock()) return failure('tryLater');
    const [only] = request.certificates;
    if (!only || request.certificates.length > 1 || request.nonce)
      return this.sign(issuer, responder, request);
    const question = only.raw.toString('latin1');
    return cache.get(only.serial, question, clock().getTime(), () => this.sign(issuer, responder, request));
  }

  private async sign(
    issuer: Issuer,
    responder: OcspResponder,
    { certificates, nonce }: OcspRequest,
  ): Promise<OcspReply> {
    const { clock, validityMs, unknownValidityMs, backdateMs } = this.options;
    const thisUpdate = clock(); // before the query: the status was correct at this time or later
    const statuses = await this.statusesOf(issuer, certificates);
    const known = statuses.every(({ status }) => status !== 'unknown');
    const end = thisUpdate.getTime() + (known ? validityMs : unknownValidityMs);
    const nextUpdate = new Date(Math.min(end, responder.notAfter.getTime()));
    const body = await signOcspResponse(responder, {
      answers: certificates.map(({ raw }, index) => ({ certId: raw, status: statuses[index]! })),
      thisUpdate: new Date(thisUpdate.getTime() - backdateMs),
      nextUpdate,
      nonce,
    });
    const isCacheable = known && !nonce;
    return {
      body,
      cacheable: isCacheable ? { etag: etagOf(body), thisUpdate, nextUpdate } : undefined,
      // A relying party that receives it at the end of this time can use it for half of its validity.
      keepUntil: isCacheable ? (thisUpdate.getTime() + nextUpdate.getTime()) / 2 : undefined,
      keepFrom: thisUpdate.getTime(),
    };
  }

  private async statusesOf(issuer: Issuer, certificates: readonly CertId[]): Promise<OcspStatus[]> {
    const serials = certificates.map(({ serial }) => serial);
    const rows = await certificateStatuses(this.options.db, serials).catch((error: unknown) => {
      throw new Unanswerable(error);
    });
    const bySerial = new Map(rows.map((row) => [row.serial, row]));
    return certificates.map((certificate) => {
      const row = bySerial.get(certificate.serial);
      const ours = row && row.issuer === issuer.subject && isIssuedBy(certificate, issuer.hashes);
      return ours ? statusOf(row) : { status: 'unknown' };
    });
  }
}

/** The request cannot be answered now; a retry may succeed. */
class Unanswerable extends Error {
  constructor(cause: unknown) {
    super('the OCSP request cannot be answered now', { cause });
  }
}

const failure = (error: OcspError): OcspReply => ({
  body: ocspError(error),
  cacheable: undefined,
  keepUntil: undefined,
});

function statusOf(row: CertificateStatusRow): OcspStatus {
  if (row.revoked_at)
    return { status: 'revoked', revokedAt: row.revoked_at, reason: row.revocation_reason ?? 'unspecified' };
  if (row.hold_at) return { status: 'revoked', revokedAt: row.hold_at, reason: 'certificateHold' };
  // A certificate with an open intent is not delivered yet. An abandoned intent is revoked above.
  return row.state === 'STORED' ? { status: 'good' } : { status: 'unknown' };
}
