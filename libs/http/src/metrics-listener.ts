import type { INestApplicationContext } from '@nestjs/common';
import { Metrics } from '#libs/observability';
import { fastify, type FastifyInstance } from 'fastify';
import { HealthRegistry } from './health.js';

/** Monitoring sends its requests at once and without bodies. */
const requestTimeoutMs = 10_000;

/**
 * Serves liveness, readiness and Prometheus metrics on a separate listener, for monitoring. Clients cannot reach it:
 * readiness names and queries the dependencies, and metrics show how much work is done.
 *
 * The listener stays open until the process exits, so that monitoring sees a process that shuts down as `draining`.
 */
export async function listenForMetrics(
  app: Pick<INestApplicationContext, 'get'>,
  { metricsHost, metricsPort }: { readonly metricsHost: string; readonly metricsPort: number },
): Promise<FastifyInstance> {
  const health = app.get(HealthRegistry);
  const metrics = app.get(Metrics);
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
    const ready = report.status === 'up' || report.status === 'degraded';
    return reply.code(ready ? 200 : 503).send(report);
  });
  listener.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.render()),
  );
  await listener.listen({ host: metricsHost, port: metricsPort });
  return listener;
}
