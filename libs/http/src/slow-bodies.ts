import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { hasBody } from 'type-is';

/** Minimum speed at which requests have to arrive. */
export interface RequestPace {
  /** Time limit from the first byte to the last byte of a request, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Time in which a body may arrive at any speed, in milliseconds. */
  readonly bodyGraceMs: number;
  /** Minimum average speed after that time. */
  readonly bodyBytesPerSecond: number;
}

/** A photo of 10 MB at the minimum speed takes `requestTimeoutMs`. */
export const defaultPace: RequestPace = {
  requestTimeoutMs: 120_000,
  bodyGraceMs: 10_000,
  bodyBytesPerSecond: 16 * 1024,
};

const longestIntervalMs = 1_000;

/** Interval of the checks for slow requests, in milliseconds. */
export const checkIntervalMs = ({ requestTimeoutMs, bodyGraceMs }: RequestPace): number =>
  Math.max(10, Math.min(longestIntervalMs, requestTimeoutMs / 4, bodyGraceMs / 4));

interface Arrival {
  readonly request: IncomingMessage;
  readonly bytesBefore: number;
  /** Time spent waiting for the client, in milliseconds. */
  waitedMs: number;
}

/**
 * Ends requests whose bodies arrive more slowly than `pace` allows. Node's own `requestTimeout` ends all other slow
 * requests. Time in which the body waits for its handler does not count. Time in which this process is blocked does not
 * count either, because bytes that arrived meanwhile are not read yet.
 *
 * @param end answers such a request and closes its connection
 */
export function endSlowBodies(
  fastify: FastifyInstance,
  pace: RequestPace,
  end: (error: NodeJS.ErrnoException, socket: Socket) => void,
): void {
  const arriving = new Set<Arrival>();
  fastify.server.on('request', (request: IncomingMessage) => {
    if (!request.complete && hasBody(request))
      arriving.add({ request, bytesBefore: request.socket.bytesRead, waitedMs: 0 });
  });

  const intervalMs = checkIntervalMs(pace);
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const sinceLast = Math.min(now - lookedAt, 2 * intervalMs);
    lookedAt = now;
    for (const arrival of arriving) {
      const { request } = arrival;
      if (request.complete || request.socket.destroyed) arriving.delete(arrival);
      else if (!waitsForHandler(request)) arrival.waitedMs += sinceLast;
      if (!isSlow(arrival, pace)) continue;
      arriving.delete(arrival);
      end(tooSlow(), request.socket);
    }
  }, intervalMs).unref();
  fastify.addHook('onClose', (_instance, done) => {
    clearInterval(timer);
    done();
  });
}

/** Whether the buffer is full, so that the connection is not read. */
const waitsForHandler = (request: IncomingMessage) => request.readableLength >= request.readableHighWaterMark;

function isSlow({ request, bytesBefore, waitedMs }: Arrival, pace: RequestPace): boolean {
  if (request.complete || request.socket.destroyed) return false;
  const due = ((waitedMs - pace.bodyGraceMs) / 1_000) * pace.bodyBytesPerSecond;
  return request.socket.bytesRead - bytesBefore < due;
}

const tooSlow = (): NodeJS.ErrnoException =>
  Object.assign(new Error('the body arrives too slowly'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
