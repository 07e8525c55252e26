import { readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { parse, stringify } from 'yaml';
import { chart, helm, render, renderWith, valuesFiles, type KubernetesObject } from './support/chart.js';

/** The renders that are compared as a whole. The others differ in parts that other tests look at. */
const golden = ['production', 'sandbox'];
const goldenFile = (name: string) => join(import.meta.dirname, `golden/${name}.yaml`);

/** Alerts and dashboards are tested as such; here it only matters which ones they are. */
function abridged(object: KubernetesObject): unknown {
  const digest = (value: unknown) =>
    `sha256:${createHash('sha256').update(JSON.stringify(value)).digest('hex')}`;
  if (object.kind === 'PrometheusRule') return { ...object, spec: digest(object.spec) };
  if (object.kind !== 'ConfigMap') return object;
  const entries = Object.entries(object.data ?? {}).map(([name, content]) => [name, digest(content)]);
  return { ...object, data: Object.fromEntries(entries) as unknown };
}

describe.each(valuesFiles)('the chart with the values $name', ({ name, file }) => {
  it('passes the linter', () => {
    expect(helm('lint', chart, '--strict', '--values', file, '--kube-version', '1.34.4')).toContain(
      '0 chart(s) failed',
    );
  });

  it('gives every object a name of its own, and the labels of the release', () => {
    const objects = render(file);
    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names.filter((each, index) => names.indexOf(each) !== index)).toEqual([]);
    const unlabelled = objects.filter(
      ({ metadata }) => metadata.labels['app.kubernetes.io/instance'] !== 'reseal',
    );
    expect(unlabelled.map(({ metadata }) => metadata.name)).toEqual([]);
  });

  it('renders as it did', () => {
    if (!golden.includes(name)) return void expect(render(file).length).toBeGreaterThan(0);
    const text = render(file)
      .map((object) => stringify(abridged(object), { lineWidth: 0 }))
      .join('---\n');
    if (process.env['RESEAL_RECORD']) writeFileSync(goldenFile(name), text);
    expect(text).toBe(readFileSync(goldenFile(name), 'utf8'));
  });
});

describe('the chart', () => {
  it('has the alerts and dashboards of this repository', () => {
    const objects = render(join(chart, 'ci/production.yaml'));
    const rules = readFileSync(join(projectRoot(), 'deploy/alerts/reseal.rules.yaml'), 'utf8');
    expect(objects.find(({ kind }) => kind === 'PrometheusRule')?.spec).toEqual(parse(rules));
    const dashboards = objects.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    const one = readFileSync(join(projectRoot(), 'deploy/grafana/dashboards/reseal-funnel.json'), 'utf8');
    expect(dashboards['reseal-funnel.json']).toBe(one);
  });

  it.each([
    ['an unknown value', { gateway: { replica: 3 } }, /additional properties 'replica' not allowed/],
    ['a setting by another name', { settings: { LOG_LEVEL: 'debug' } }, /'LOG_LEVEL' does not match pattern/],
    [
      'a secret among the settings',
      { gateway: { settings: { RESEAL_TOKEN_KEY: '{}' } } },
      /RESEAL_TOKEN_KEY/,
    ],
    [
      'a password in an address',
      { worker: { settings: { RESEAL_SMTP_URL: 'smtp://a:b@mail' } } },
      /RESEAL_SMTP_URL/,
    ],
    [
      'an address without a port',
      { temporal: { address: 'temporal' } },
      /temporal\/address.*does not match pattern/,
    ],
    ['no copy of an app', { signer: { replicas: 0 } }, /signer\/replicas.*minimum: got 0, want 1/],
    [
      'an unknown environment',
      { environment: 'prod' },
      /environment.*must be one of 'development', 'test', 'production'/,
    ],
    ['a command that setup cannot run in a cluster', { setup: { commands: ['keys'] } }, /setup\/commands/],
    ['a sandbox in production', { sandbox: { enabled: true } }, /never runs in production/],
    ['no database', { postgresql: { host: '' } }, /postgresql\.host: the host of PostgreSQL/],
    ['no provider', { worker: { settings: { RESEAL_SMS_URL: null } } }, /worker\.settings\.RESEAL_SMS_URL/],
    [
      'an ingress whose address all customers would share',
      { ingress: { enabled: true }, hosts: { gateway: 'reissue.bank.example' } },
      /RESEAL_TRUST_PROXY: without it all customers have the address of the ingress/,
    ],
  ])('refuses %s, and names it', (_what, values, message) => {
    expect(() => renderWith('minimal', values)).toThrow(message);
  });
});
