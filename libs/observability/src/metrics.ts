import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/config';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics that another library collects, in Prometheus's text format. Rejects if it cannot be asked. */
export type MetricsSource = () => Promise<string>;

/** The application's Prometheus registry; services add their own metrics with `registers: [metrics.registry]`. */
export class Metrics {
  private readonly sources: MetricsSource[] = [];

  constructor(
    readonly registry: Registry,
    /** Durations of requests in seconds, by method, route pattern and status. */
    readonly httpDuration: Histogram<'method' | 'route' | 'status'>,
    /** Requests answered with a problem, by its slug. */
    readonly httpProblems: Counter<'problem'>,
  ) {}

  /** Adds metrics that are collected elsewhere. Their names differ from those of the registry. */
  add(source: MetricsSource): void {
    this.sources.push(source);
  }

  /** All metrics in Prometheus's text format, without those of a source that cannot be asked. */
  async render(): Promise<string> {
    const parts = [this.registry.metrics(), ...this.sources.map((source) => source().catch(() => ''))];
    return (await Promise.all(parts)).join('\n');
  }
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
  new Gauge({
    name: 'reseal_build_info',
    help: 'Always 1; the labels have the versions of Reseal and Node.js',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version: version(), node: process.versions.node }, 1);
  return new Metrics(registry, httpDuration, httpProblems);
}

function version(): string {
  const manifest = readFileSync(join(projectRoot(), 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
