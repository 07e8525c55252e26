import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** The application's Prometheus registry; services add their own metrics with `registers: [metrics.registry]`. */
export class Metrics {
  constructor(
    readonly registry: Registry,
    /** Durations of requests in seconds, by method, route pattern and status. */
    readonly httpDuration: Histogram<'method' | 'route' | 'status'>,
    /** Requests answered with a problem, by its slug. */
    readonly httpProblems: Counter<'problem'>,
  ) {}
}

/** In milliseconds. The default of 10 wakes an idle process a hundred times a second. */
const eventLoopMonitoringPrecision = 100;

/** Creates a registry for one application (or test), with Node's default metrics and those of HTTP. */
export function createMetrics(appName: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ app: appName });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision });
  const httpDuration = new Histogram({
    name: 'reseal_http_request_duration_seconds',
    help: 'Duration of HTTP requests in seconds',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const httpProblems = new Counter({
    name: 'reseal_http_problems_total',
    help: 'Requests answered with a problem document',
    labelNames: ['problem'],
    registers: [registry],
  });
  return new Metrics(registry, httpDuration, httpProblems);
}
