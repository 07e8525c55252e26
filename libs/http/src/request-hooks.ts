import {
  parseTraceparent,
  startSpan,
  traceIdFrom,
  withLogContext,
  type LogContext,
  type Logger,
  type Metrics,
  type OpenSpan,
} from '#libs/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C trace id of the request: the caller's, or a new one. */
    traceId: string;
    /** The fields of all log lines of the request. */
    logFields: LogContext;
    /** The request's span, while tracing is on. */
    span: OpenSpan | undefined;
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
  fastify.decorateRequest('logFields', null as never); // assigned with the trace id
  fastify.decorateRequest('span', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    request.span = polledPaths.test(route) ? undefined : startServerSpan(request, route);
    assignTraceId(request);
    void reply.headers({ ...security, 'x-request-id': request.traceId });
    within(request, done);
  });
  // Reading a body leaves the asynchronous context of the hook above, which is entered again here.
  fastify.addHook('preValidation', (request, _reply, done) => {
    within(request, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    endServerSpan(request, reply.statusCode);
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    metrics.httpDuration.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      ms / 1000,
    );
    logger[polledPaths.test(route) ? 'debug' : 'info'](
      { ...request.logFields, method: request.method, route, status: reply.statusCode, ms },
      'request',
    );
    done();
  });
}

/** Sets the trace id of a request, also of one that is refused before hooks run. */
export function assignTraceId(request: FastifyRequest): void {
  request.traceId =
    parseTraceparent(request.span?.traceparent)?.traceId ?? traceIdFrom(traceparentOf(request));
  request.logFields = { traceId: request.traceId };
}

function traceparentOf({ headers }: FastifyRequest): string | undefined {
  return typeof headers['traceparent'] === 'string' ? headers['traceparent'] : undefined;
}

/** Runs the rest of a request with its fields on all log lines, and within its span. */
function within({ logFields, span }: FastifyRequest, done: () => void): void {
  const run = () => withLogContext(logFields, done);
  if (span) span.run(run);
  else run();
}

/** The route is a pattern, without the ids of the path. */
function startServerSpan(request: FastifyRequest, route: string): OpenSpan | undefined {
  const { method } = request;
  return startSpan(`${method} ${route}`, {
    kind: 'server',
    parent: traceparentOf(request),
    attributes: { 'http.request.method': method, 'http.route': route },
  });
}

function endServerSpan({ span }: FastifyRequest, status: number): void {
  span?.end({
    'http.response.status_code': status,
    ...(status >= 500 && { 'error.type': String(status) }),
  });
}
