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

/** How long a client may take to read why its connection is closed, in milliseconds. */
const lingerMs = 1_000;

/** Answers what is no complete request: bytes that are not HTTP, and requests that take too long. */
export class BrokenRequests {
  /** The last response that was begun on each connection. */
  private readonly responses = new WeakMap<Socket, ServerResponse>();

  /** Learns of the responses of a server. */
  watch(fastify: FastifyInstance): void {
    fastify.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.responses.set(socket, response);
    });
  }

  /** Answers with a problem, unless an answer is under way or was given already, and closes the connection. */
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

  /** Whether the request that broke has been answered, or is being answered: a second answer would corrupt the first. */
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
