import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { globSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { metricsIn, readAlerts } from '../support/alerts.js';
import { metricsUrlOf } from '../support/app-environment.js';
import { expressionsOf, readDashboards } from '../support/dashboards.js';

/** The names of the metrics that these apps expose. */
async function metricNames(...apps: string[]): Promise<Set<string>> {
  const pages = await Promise.all(
    apps.map(async (app) => (await fetch(`${metricsUrlOf(app)}/metrics`)).text()),
  );
  return new Set(pages.flatMap((page) => [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!)));
}

/** Whether Temporal's SDK, which exposes a metric with the first event, has one of this name. */
function sdkCounts(name: string): boolean {
  const [, metric] = /^reseal_temporal_(\w+?)_(total|seconds)$/.exec(name) ?? [];
  return metric !== undefined && nativeCode().includes(metric);
}

let code: Buffer | undefined;
function nativeCode(): Buffer {
  const folder = dirname(createRequire(import.meta.url).resolve('@temporalio/core-bridge/package.json'));
  return (code ??= readFileSync(globSync(join(folder, `releases/*${process.platform}*/index.node`))[0]!));
}

/** The metrics in an expression that no app exposes. */
async function unknownIn(expr: string): Promise<string[]> {
  const asked = metricsIn(expr);
  expect(asked.length).toBeGreaterThan(0);
  const known = await metricNames('gateway', 'worker', 'ops', 'signer', 'status');
  // Prometheus itself adds `up`.
  return asked.filter((name) => name !== 'up' && !known.has(name) && !sdkCounts(name));
}

it.each(readAlerts())('The alert $alert queries metrics that the stack exposes', async ({ expr }) => {
  expect(await unknownIn(expr)).toEqual([]);
});

it.each(readDashboards())(
  'The dashboard $title queries metrics that the stack exposes',
  async (dashboard) => {
    expect(await unknownIn(expressionsOf(dashboard).join('\n'))).toEqual([]);
  },
);

it('Every metric of an app starts with reseal_ or belongs to the Node.js runtime', async () => {
  const names = await metricNames('gateway', 'ops', 'worker', 'signer', 'status');
  expect([...names].filter((name) => !/^(reseal|process|nodejs)_/.test(name))).toEqual([]);
});

it('Worker and signer serve the metrics of the Temporal SDK', async () => {
  for (const app of ['worker', 'signer'])
    expect([...(await metricNames(app))]).toEqual(
      expect.arrayContaining(['reseal_temporal_num_pollers', 'reseal_temporal_request_latency_seconds']),
    );
});
