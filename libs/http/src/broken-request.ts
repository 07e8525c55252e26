import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { traceIdFrom } from '#libs/observability';
import { edgeProblem, type EdgeProblem } from './edge-problems.js';
import { PROBLEM_MEDIA_TYPE, renderProblem } from './render-problem.js';

const PROBLEMS: Record<string, EdgeProblem> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};

/** Answers bytes that are not HTTP, for which there is no request yet, and closes the connection. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = edgeProblem(PROBLEMS[error.code ?? ''] ?? 'malformed-request');
  const body = JSON.stringify(renderProblem(problem, { language: 'en', traceId: traceIdFrom() }));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      `content-type: ${PROBLEM_MEDIA_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
