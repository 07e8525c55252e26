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
import type { Issuer, Issuers } from '../issuers.js';
import type { AnswerCache, Keepable } from './answer-cache.js';

/** An answer, and what HTTP has to know of it. */
export interface OcspReply extends Keepable {
  /** DER of the OCSPResponse. */
  readonly body: Buffer;
  /** Undefined where nobody on the way may keep it. */
  readonly cacheable:
    { readonly etag: string; readonly thisUpdate: Date; readonly nextUpdate: Date } | undefined;
}

interface OcspAnswersOptions {
  readonly db: RoleDatabase<'status'>;
  readonly issuers: Pick<Issuers, 'all' | 'find'>;
  readonly cache: AnswerCache<OcspReply>;
  /** While a restored database waits to be reconciled it may call good what was revoked: nothing is answered then. */
  readonly restores: Pick<RestoreWatch, 'pending'>;
  /** Milliseconds. */
  readonly validityMs: number;
  /** How long an answer may be relied on that is `unknown`, in milliseconds: any moment it may become `good`. */
  readonly unknownValidityMs: number;
  /** By how much `thisUpdate` lies in the past, in milliseconds. */
  readonly backdateMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Answers OCSP requests (RFC 6960) from the database: `good`, `revoked` (also on hold, and for serial numbers given
 * up while being signed), `unknown` for what was never issued or is only being signed.
 *
 * A request is answered for the first issuing CA of ours that it names, because one responder speaks for one CA;
 * certificates of another one are `unknown` in that answer. If it names none of ours, it is `unauthorized`: we
 * cannot say anything about it (RFC 6960 section 2.3, RFC 5019 section 2.2.3). While PostgreSQL or the OCSP key is
 * away the answer is `tryLater`, never one that might have been overtaken.
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
    const names = ({ hashes }: Issuer) => request.certificates.some((asked) => isIssuedBy(asked, hashes));
    const issuer = await issuers.find(names).catch((error: unknown) => {
      // Without a list nobody can be sent away; with one, who asks for a stranger can.
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
    const thisUpdate = clock(); // before the look: what it says was true then or later
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
    const mayBeKept = known && !nonce;
    return {
      body,
      cacheable: mayBeKept ? { etag: etagOf(body), thisUpdate, nextUpdate } : undefined,
      // Whoever gets it can still rely on it for half of the time.
      keepUntil: mayBeKept ? (thisUpdate.getTime() + nextUpdate.getTime()) / 2 : undefined,
      keepFrom: thisUpdate.getTime(),
    };
  }

  private async statusesOf(issuer: Issuer, certificates: readonly CertId[]): Promise<OcspStatus[]> {
    const serials = certificates.map(({ serial }) => serial);
    const rows = await certificateStatuses(this.options.db, serials).catch((error: unknown) => {
      throw new Unanswerable(error);
    });
    const bySerial = new Map(rows.map((row) => [row.serial, row]));
    return certificates.map((asked) => {
      const row = bySerial.get(asked.serial);
      const ours = row && row.issuer === issuer.subject && isIssuedBy(asked, issuer.hashes);
      return ours ? statusOf(row) : { status: 'unknown' };
    });
  }
}

/** What cannot be answered now, and perhaps a moment later. */
class Unanswerable extends Error {
  constructor(cause: unknown) {
    super('cannot be answered now', { cause });
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
  // Nobody can have a certificate of an intent yet. One that was given up is revoked above.
  return row.state === 'STORED' ? { status: 'good' } : { status: 'unknown' };
}
