import { traceIdFrom, withLogContext, type Logger, type Metrics } from '#libs/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C trace id of the request: the caller's, or a new one. */
    traceId: string;
  }
}

// For JSON responses. A page (the inbox, the API's documentation) sets its own policy.
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** HSTS (RFC 6797): browsers use TLS only, for a year. Subdomains are left to their owners. */
const strictTransportHeaders = { 'strict-transport-security': 'max-age=31536000' };

/** Paths that are polled or requested very often. They are logged at level debug. */
const polledPaths = /^\/(health\/|ocsp|crl\/|ca\/)/;

/** Gives each request a trace id, security headers, a log line and a measurement. Query, headers and body are not logged. */
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
  // Reading a body leaves the asynchronous context of the hook above, which is entered again here.
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

/** Sets the trace id of a request, also of one that is refused before hooks run. */
export function assignTraceId(request: FastifyRequest): void {
  const { traceparent } = request.headers;
  request.traceId = traceIdFrom(typeof traceparent === 'string' ? traceparent : undefined);
}
