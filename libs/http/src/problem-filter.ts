import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger, Metrics } from '#libs/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { edgeProblem, edgeProblemFor } from './edge-problems.js';
import { ProblemError } from './problem-error.js';
import { preferredLanguage, problemMediaType, renderProblem } from './render-problem.js';
import type { RouteTable } from './route-table.js';

export interface ProblemSettings {
  logger: Logger;
  routes: RouteTable;
  metrics: Pick<Metrics, 'httpProblems'>;
  typeBase?: string | undefined;
  /** Path of a page that describes each problem at the anchor of its slug. */
  problemPage?: string | undefined;
  problemOf?: ((error: unknown) => ProblemError | undefined) | undefined;
}

/** Answers every error with a problem document. Clients see no details of errors other than ProblemError. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly settings: ProblemSettings) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.settings);
  }
}

/** Answers `request` with the problem of `error`. */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  settings: ProblemSettings,
): void {
  const problem = toProblem(error, request, settings);
  settings.metrics.httpProblems.inc({ problem: problem.type });
  const about = { err: problem.cause ?? error, traceId: request.traceId, problem: problem.type };
  if (problem.status >= 500 && !problem.expected) settings.logger.error(about, 'request failed');
  else if (isUnstorable(problem.cause))
    settings.logger.warn(about, 'PostgreSQL refused a value that the schema had accepted');
  if (reply.sent || reply.raw.headersSent) {
    // A response that has begun cannot be replaced by a problem. The client sees the broken connection.
    reply.raw.destroy();
    return;
  }
  const document = renderProblem(problem, {
    language: preferredLanguage(request.headers['accept-language']),
    traceId: request.traceId,
    instance: pathOf(request),
    ...(settings.typeBase === undefined ? {} : { typeBase: settings.typeBase }),
  });
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .headers(settings.problemPage ? { link: `<${settings.problemPage}#${problem.type}>; rel="help"` } : {})
    .header('vary', 'accept-language')
    .header('content-type', problemMediaType)
    // Serialized here, so that no response schema or serializer of a handler changes it.
    .serializer((text: string) => text)
    .send(JSON.stringify(document));
}

function toProblem(
  error: unknown,
  request: FastifyRequest,
  { routes, problemOf }: ProblemSettings,
): ProblemError {
  if (error instanceof ProblemError) return error;
  const known = problemOf?.(error);
  if (known) return known;
  const status = statusOf(error);
  if (status === 404 && request.is404) {
    const allowed = routes.methodsOf(pathOf(request));
    if (allowed.length > 0)
      return edgeProblem('method-not-allowed', { headers: { allow: allowed.join(', ') } });
  }
  if (status === 500 && isUnstorable(error)) return edgeProblem('invalid-request', {}, error);
  return edgeProblemFor(status, error);
}

/** SQLSTATE class 22, data exceptions: the client sent a value that the column's type cannot hold. */
const dataException = /^22[0-9A-Z]{3}$/;

/** Whether PostgreSQL refused a value, anywhere in the chain of causes. */
function isUnstorable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && dataException.test(code)) return true;
  }
  return false;
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  // Only errors of Fastify have a status for the client. Errors of HTTP clients may have one too, of another server.
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  return typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number'
    ? statusCode
    : 500;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
