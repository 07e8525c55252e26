import type { FastifyInstance } from 'fastify';
import { edgeProblem } from './edge-problems.js';
import type { HealthRegistry } from './health.js';
import { sendProblem, type ProblemSettings } from './problem-filter.js';

/** The only path that is served while a gate is closed. */
const liveness = '/health/live';

/** Answers every request with 503, before anything else, while a gate of the process is closed. */
export function refuseWhileGateIsClosed(
  fastify: FastifyInstance,
  health: Pick<HealthRegistry, 'admit'>,
  problems: ProblemSettings,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    try {
      if (request.url !== liveness) health.admit();
      done();
    } catch (error) {
      sendProblem(
        edgeProblem('unavailable', { headers: { 'retry-after': '5' } }, error),
        request,
        reply,
        problems,
      );
    }
  });
}

/**
 * Ends each connection after its next response while the process drains (RFC 9112 section 9.6), so that clients and proxies
 * open their next one to another process.
 */
export function closeConnectionsWhileDraining(
  fastify: FastifyInstance,
  health: Pick<HealthRegistry, 'draining'>,
): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    if (health.draining) void reply.header('connection', 'close');
    done();
  });
}
