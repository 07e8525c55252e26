import { createHash } from 'node:crypto';
import type { Clock } from '#libs/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fresh from 'fresh';

/** A response that HTTP caches may store. */
interface Cacheable {
  readonly body: Buffer;
  readonly mediaType: string;
  /** Including the quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  /**
   * Whether every other representation of the resource has an earlier `lastModified`, in whole seconds. Otherwise
   * `If-Modified-Since` is ignored, because it cannot distinguish them.
   */
  readonly datesDiffer: boolean;
  /** Milliseconds. */
  readonly maxAgeMs: number;
  /** The end of its validity, for caches that do not support `max-age`. */
  readonly expires?: Date;
  /** Whether the content of its address never changes. */
  readonly immutable?: boolean;
}

/** How long HTTP caches may store signed responses, in milliseconds: at most until `nextUpdate`. */
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

/** A strong validator (RFC 9110 section 8.8.3): equal bytes have equal tags. */
export const etagOf = (body: Buffer) => `"${createHash('sha256').update(body).digest('hex')}"`;

/**
 * Sets the headers of a response that caches may store, and the status 304 if the client has it already (RFC 9110
 * section 13). Caches must not transform it, because that would break the signature.
 *
 * @returns the body; undefined if the client has it
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
  if (isNotModified(request, cacheable)) {
    void reply.code(304);
    return undefined;
  }
  void reply.header('content-type', mediaType);
  return body;
}

/** Evaluates the preconditions of a GET or HEAD (RFC 9110 section 13.2.2). `no-cache` is for caches, not for the origin. */
function isNotModified({ headers }: FastifyRequest, { etag, lastModified, datesDiffer }: Cacheable): boolean {
  const conditions = {
    'if-none-match': headers['if-none-match'],
    'if-modified-since': datesDiffer ? headers['if-modified-since'] : undefined,
  };
  return fresh(conditions, { etag, 'last-modified': lastModified.toUTCString() });
}
