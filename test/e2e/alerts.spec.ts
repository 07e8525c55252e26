import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { parse } from 'yaml';
import { metricsUrlOf } from '../support/app-environment.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const file = join(projectRoot(), 'deploy/alerts/reseal.rules.yaml');
const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

/** The names of the metrics that these apps expose. */
async function metricNames(...apps: string[]): Promise<Set<string>> {
  const pages = await Promise.all(
    apps.map(async (app) => (await fetch(`${metricsUrlOf(app)}/metrics`)).text()),
  );
  return new Set(pages.flatMap((page) => [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!)));
}

describe.each(rules)('The alert $alert', ({ alert, expr, labels, annotations }) => {
  it(`${alert} queries metrics that the stack exposes`, async () => {
    const asked = [...expr.matchAll(/\b(up|reseal_[a-z0-9_]+)\b/g)].map(([, name]) =>
      name!.replace(/_(bucket|count|sum)$/, ''),
    );
    const known = await metricNames('gateway', 'worker', 'ops', 'signer', 'status');
    expect(asked.length).toBeGreaterThan(0);
    // Prometheus itself adds `up`.
    expect(asked.filter((name) => name !== 'up' && !known.has(name))).toEqual([]);
  });

  it(`${alert} has a runbook with its meaning and what to do`, () => {
    const page = join(projectRoot(), annotations.runbook);
    expect(existsSync(page)).toBe(true);
    const text = readFileSync(page, 'utf8');
    expect(text).toContain('## What it means');
    expect(text).toContain('## What to do');
    expect(['page', 'ticket']).toContain(labels.severity);
    expect(annotations.summary).not.toBe('');
  });
});

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
