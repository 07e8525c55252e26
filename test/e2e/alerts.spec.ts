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

/** The names of the metrics that worker, ops app and signer show. */
async function metricNames(): Promise<Set<string>> {
  const pages = await Promise.all(
    ['worker', 'ops', 'signer'].map(async (app) => (await fetch(`${metricsUrlOf(app)}/metrics`)).text()),
  );
  return new Set(pages.flatMap((page) => [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!)));
}

describe.each(rules)('the alert $alert', ({ expr, labels, annotations }) => {
  it('asks for metrics that the stack has', async () => {
    const asked = [...expr.matchAll(/\b([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b/g)].map(([, name]) => name!);
    const known = await metricNames();
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });

  it('has a page that says what it means and what to do', () => {
    const page = join(projectRoot(), annotations.runbook);
    expect(existsSync(page)).toBe(true);
    const text = readFileSync(page, 'utf8');
    expect(text).toContain('## What it means');
    expect(text).toContain('## What to do');
    expect(['page', 'ticket']).toContain(labels.severity);
    expect(annotations.summary).not.toBe('');
  });
});
