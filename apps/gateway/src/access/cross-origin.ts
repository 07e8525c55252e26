import type { OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '../problems.js';
import type { ApiKeys } from './api-keys.js';
import type { ApiOrigins } from './api-origins.js';

/** Headers of a call. Browsers send others (`Accept`, `User-Agent`) without asking. */
const requestHeaders = [
  ...['Accept-Language', 'Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID'],
  ...['Traceparent', 'X-Api-Key', 'X-Device-Id'],
].join(', ');

/** Headers of an answer that a script may read. The client derives the gateway's time from `Date`. */
const exposedHeaders = [
  ...[
    'Content-Disposition',
    'Date',
    'ETag',
    'Link',
    'Location',
    'Retry-After',
    'WWW-Authenticate',
    'X-Request-Id',
  ],
].join(', ');

/** How long a browser may keep the answer to a preflight request, in seconds. A removed origin is refused after that. */
const preflightMaxAge = '600';

/**
 * Lets pages of other origins call the API (CORS, the Fetch standard section 3.3), if the API key that they send lists
 * their origin.
 *
 * A preflight request names no key: it is granted to each origin that any key lists. The call itself is refused before it
 * has an effect if its own key does not list the origin. Credentials are never allowed, so that browsers do not send the
 * cookie of the bank's own page. Each call sends `X-Api-Key`, so browsers send a preflight request before each.
 */
export class CrossOrigin implements OnModuleInit {
  private readonly known: ReadonlySet<string>;

  constructor(
    private readonly origins: ApiOrigins,
    private readonly apiKeys: Pick<ApiKeys, 'nameOf'>,
    private readonly host: HttpAdapterHost,
  ) {
    this.known = new Set([...origins.values()].flatMap((ofKey) => [...ofKey]));
  }

  onModuleInit(): void {
    if (this.known.size === 0) return;
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', async (request, reply) => {
      if (isPreflight(request) && this.isKnown(request)) {
        allow(reply, originOf(request));
        void reply.code(204).headers(preflightAnswer).send();
        return reply;
      }
      if (this.isKnown(request) && !this.isOfKey(request)) throw problem('origin-not-allowed');
      return undefined;
    });
    // Here, and not above, so that problems have the headers too.
    fastify.addHook('onSend', async (request, reply) => {
      if (!isApiCall(request)) return;
      void reply.header('vary', [reply.getHeader('vary'), 'origin'].filter(Boolean).join(', '));
      if (this.isKnown(request) && this.isOfKey(request)) allow(reply, originOf(request));
    });
  }

  /** Whether any key lists the origin of this call. */
  private isKnown(request: FastifyRequest): boolean {
    return isApiCall(request) && this.known.has(originOf(request));
  }

  /** Whether the key of this call lists its origin. A call without a valid key gets a readable 401. */
  private isOfKey(request: FastifyRequest): boolean {
    const key = request.headers['x-api-key'];
    const name = typeof key === 'string' ? this.apiKeys.nameOf(key) : undefined;
    return name === undefined || this.origins.get(name)?.has(originOf(request)) === true;
  }
}

const preflightAnswer = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': requestHeaders,
  'access-control-max-age': preflightMaxAge,
};

const allow = (reply: FastifyReply, origin: string) =>
  void reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposedHeaders,
  });

const isApiCall = ({ url }: FastifyRequest) => url.startsWith('/v1/');

const isPreflight = ({ method, headers }: FastifyRequest) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

const originOf = ({ headers }: FastifyRequest) => headers.origin ?? '';
