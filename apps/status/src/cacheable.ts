import { createHash } from 'node:crypto';
import type { Clock } from '#libs/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fresh from 'fresh';

/** Something that HTTP caches may keep for a while. */
interface Cacheable {
  readonly body: Buffer;
  readonly mediaType: string;
  /** With its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  /**
   * Whether every other representation of the resource has an earlier `lastModified`, in whole seconds. Otherwise
   * `If-Modified-Since` is not evaluated: it cannot tell them apart.
   */
  readonly datesDiffer: boolean;
  /** Milliseconds. */
  readonly maxAgeMs: number;
  /** When it ends by what it says itself, for caches that know no `max-age`. */
  readonly expires?: Date;
  /** Its address will never show anything else. */
  readonly immutable?: boolean;
}

/** How long HTTP caches may keep what is signed, in milliseconds: never beyond its own end. */
export class HttpCaching {
  constructor(
    private readonly limits: { readonly ocspMaxAgeMs: number; readonly crlMaxAgeMs: number },
    private readonly clock: Clock,
  ) {}

  ofOcsp(nextUpdate: Date): number {
    return Math.min(this.limits.ocspMaxAgeMs, nextUpdate.getTime() - this.clock().getTime());
  }

  ofCrl(nextUpdate: Date): number {
    return Math.min(this.limits.crlMaxAgeMs, nextUpdate.getTime() - this.clock().getTime());
  }
}

/** A strong validator (RFC 9110 section 8.8.3): the same bytes have the same. */
export const etagOf = (body: Buffer) => `"${createHash('sha256').update(body).digest('hex')}"`;

/**
 * Sets the headers of an answer that caches may keep, and answers 304 to whoever has it already (RFC 9110 section
 * 13). Transforming it would break its signature.
 *
 * @returns the body, unless the client has it
 */
export function sendCacheable(
  request: FastifyRequest,
  reply: FastifyReply,
  cacheable: Cacheable,
): Buffer | undefined {
  const { body, mediaType, etag, lastModified, maxAgeMs, expires, immutable } = cacheable;
  const maxAge = Math.max(0, Math.floor(maxAgeMs / 1000));
  void reply.headers({
    'cache-control': `max-age=${maxAge}, public, no-transform, ${immutable ? 'immutable' : 'must-revalidate'}`,
    etag,
    'last-modified': lastModified.toUTCString(),
    ...(expires ? { expires: expires.toUTCString() } : {}),
  });
  if (isKnown(request, cacheable)) {
    void reply.code(304);
    return undefined;
  }
  void reply.header('content-type', mediaType);
  return body;
}

/** Evaluates the preconditions of a GET or HEAD (RFC 9110 section 13.2.2). `no-cache` speaks to caches, not to the origin. */
function isKnown({ headers }: FastifyRequest, { etag, lastModified, datesDiffer }: Cacheable): boolean {
  const conditions = {
    'if-none-match': headers['if-none-match'],
    'if-modified-since': datesDiffer ? headers['if-modified-since'] : undefined,
  };
  return fresh(conditions, { etag, 'last-modified': lastModified.toUTCString() });
}
