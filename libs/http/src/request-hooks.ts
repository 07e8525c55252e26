import { traceIdFrom, withLogContext, type Logger, type Metrics } from '#libs/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C trace id of the request: the caller's, or ours. */
    traceId: string;
  }
}

// Answers are JSON for programs; a page (the inbox, the API's documentation) sets its own policy.
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** HSTS (RFC 6797), for a year: browsers ask by TLS only. Hosts below ours are for their owners to decide on. */
const strictTransportHeaders = { 'strict-transport-security': 'max-age=31536000' };

/** Paths that are polled, or that every relying party asks all the time; they are logged at debug level only. */
const polledPaths = /^\/(health\/|ocsp|crl\/|ca\/)/;

/** Trace id, security headers, and one log line and one measurement for each request: no query, no body, no headers. */
export function addRequestHooks(
  fastify: FastifyInstance,
  { logger, metrics, tlsOnly }: { logger: Logger; metrics: Metrics; tlsOnly: boolean },
): void {
  const security = tlsOnly ? { ...securityHeaders, ...strictTransportHeaders } : securityHeaders;
  fastify.decorateRequest('traceId', '');
  fastify.addHook('onRequest', (request, reply, done) => {
    assignTraceId(request);
    void reply.headers({ ...security, 'x-request-id': request.traceId });
    withLogContext({ traceId: request.traceId }, done);
  });
  // Reading a body leaves the asynchronous context of the hook above, so it is entered again behind it.
  fastify.addHook('preValidation', (request, _reply, done) => {
    withLogContext({ traceId: request.traceId }, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    metrics.httpDuration.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      ms / 1000,
    );
    logger[polledPaths.test(route) ? 'debug' : 'info'](
      { traceId: request.traceId, method: request.method, route, status: reply.statusCode, ms },
      'request',
    );
    done();
  });
}

/** Gives the request its trace id; also for requests that are refused before hooks run. */
export function assignTraceId(request: FastifyRequest): void {
  const { traceparent } = request.headers;
  request.traceId = traceIdFrom(typeof traceparent === 'string' ? traceparent : undefined);
}
