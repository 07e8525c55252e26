import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { traceIdFrom } from '#libs/observability';
import type { FastifyInstance } from 'fastify';
import { edgeProblem, type EdgeProblem } from './edge-problems.js';
import { problemMediaType, renderProblem } from './render-problem.js';

const problemByErrorCode: Record<string, EdgeProblem> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};

/** Time for a client to read the response before its connection is destroyed, in milliseconds. */
const lingerMs = 1_000;

/** Answers incomplete requests: bytes that are not HTTP, and requests that take too long. */
export class BrokenRequests {
  /** The last response that was started on each connection. */
  private readonly responses = new WeakMap<Socket, ServerResponse>();

  /** Records the responses of a server. */
  watch(fastify: FastifyInstance): void {
    fastify.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.responses.set(socket, response);
    });
  }

  /** Sends a problem, unless a response has been started or sent, and closes the connection. */
  readonly end = (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (
      error.code === 'ECONNRESET' ||
      !socket.writable ||
      socket.bytesRead === 0 ||
      this.isAnswered(socket)
    ) {
      socket.destroy();
      return;
    }
    socket.end(responseTo(error));
    setTimeout(() => socket.destroy(), lingerMs).unref();
  };

  /** Whether a response to the broken request has been started. A second response would corrupt it. */
  private isAnswered(socket: Socket): boolean {
    const response = this.responses.get(socket);
    return (
      response !== undefined && response.headersSent && !(response.writableFinished && response.req.complete)
    );
  }
}

function responseTo(error: NodeJS.ErrnoException): string {
  const problem = edgeProblem(problemByErrorCode[error.code ?? ''] ?? 'malformed-request');
  const body = JSON.stringify(renderProblem(problem, { language: 'en', traceId: traceIdFrom() }));
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
