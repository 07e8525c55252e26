import type { FastifyInstance } from 'fastify';
import { edgeProblem } from './edge-problems.js';
import type { HealthRegistry } from './health.js';
import { sendProblem, type ProblemSettings } from './problem-filter.js';

/** What is answered whether the process may work or not. */
const always = '/health/live';

/** Answers 503 before anything of a request is looked at, while a gate of the process is closed. */
export function refuseWhileGateIsClosed(
  fastify: FastifyInstance,
  health: Pick<HealthRegistry, 'admit'>,
  problems: ProblemSettings,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    try {
      if (request.url !== always) health.admit();
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
