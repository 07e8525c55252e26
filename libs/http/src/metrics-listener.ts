import type { INestApplicationContext } from '@nestjs/common';
import { Metrics } from '#libs/observability';
import { fastify, type FastifyInstance } from 'fastify';
import { HealthRegistry } from './health.js';

/** Those who watch ask at once and have no bodies. */
const requestTimeoutMs = 10_000;

/**
 * Liveness, readiness and Prometheus metrics on a listener of their own, for the machines that watch a process. Its
 * callers never reach them: readiness names the dependencies and asks them, metrics tell how much is done.
 *
 * The listener is open until the process exits, so that a process that ends is seen as `draining`.
 */
export async function listenForMetrics(
  app: Pick<INestApplicationContext, 'get'>,
  { metricsHost, metricsPort }: { readonly metricsHost: string; readonly metricsPort: number },
): Promise<FastifyInstance> {
  const health = app.get(HealthRegistry);
  const { registry } = app.get(Metrics);
  const listener = fastify({
    forceCloseConnections: true,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: 1_000 },
  });
  listener.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'no-store');
    done();
  });
  listener.get('/health/live', () => ({ status: 'up' }));
  listener.get('/health/ready', async (_request, reply) => {
    const report = await health.report();
    return reply.code(report.status === 'up' ? 200 : 503).send(report);
  });
  listener.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  await listener.listen({ host: metricsHost, port: metricsPort });
  return listener;
}
