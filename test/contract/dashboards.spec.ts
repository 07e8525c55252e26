import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { parse, stringify } from 'yaml';
import { expressionsOf, readDashboards, type Panel } from '../support/dashboards.js';
import { promtool } from '../support/promtool.js';

const dashboards = readDashboards();
const work = mkdtempSync(join(tmpdir(), 'reseal-dashboards-'));
afterAll(() => rmSync(work, { recursive: true }));

/** The units of https://grafana.com/docs/grafana/latest/panels-visualizations that the dashboards use. */
const units = ['bytes', 'ops', 'percentunit', 'reqps', 's', 'short'];
/** The types of panels that every Grafana has. */
const types = ['bargauge', 'heatmap', 'stat', 'timeseries'];
/** The width of a dashboard, in cells. */
const columns = 24;

const overlap = (one: Panel['gridPos'], other: Panel['gridPos']) =>
  one.x < other.x + other.w &&
  other.x < one.x + one.w &&
  one.y < other.y + other.h &&
  other.y < one.y + one.h;

describe.each(dashboards)('The dashboard $title', (dashboard) => {
  const { panels } = dashboard;

  it(`${dashboard.file} has the name of its file as uid, and asks for the data source`, () => {
    expect(dashboard.uid).toBe(dashboard.file);
    expect(dashboard.uid.length).toBeLessThanOrEqual(40); // Grafana's limit
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'prometheus' }),
    );
    expect(new Set(panels.map(({ datasource }) => datasource.uid))).toEqual(new Set(['${datasource}']));
  });

  it(`${dashboard.file} has panels that Grafana can show, each with a description and a unit`, () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, type, description, fieldConfig, targets } of panels) {
      expect([title, types.includes(type)]).toEqual([title, true]);
      expect([title, units.includes(fieldConfig.defaults.unit)]).toEqual([title, true]);
      expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
      expect([title, new Set(targets.map(({ refId }) => refId)).size]).toEqual([title, targets.length]);
      expect(targets.length).toBeGreaterThan(0);
    }
  });

  it(`${dashboard.file} has panels that lie beside each other within its width`, () => {
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(columns);
    const pairs = panels.flatMap((one, index) =>
      panels.slice(index + 1).map((other) => [one, other] as const),
    );
    expect(pairs.filter(([one, other]) => overlap(one.gridPos, other.gridPos))).toEqual([]);
  });

  it(`${dashboard.file} has expressions that Prometheus accepts`, () => {
    const file = join(work, `${dashboard.file}.yaml`);
    const rules = expressionsOf(dashboard).map((expr, index) => ({ record: `panel:${index}`, expr }));
    writeFileSync(file, stringify({ groups: [{ name: dashboard.file, rules }] }));
    expect(promtool('check', 'rules', file)).toContain(`${rules.length} rules found`);
  });

  it(`${dashboard.file} names in legends only labels that its expressions keep`, () => {
    for (const { title, targets } of panels)
      for (const { expr, legendFormat } of targets) {
        const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
        const [, kept] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
        // Without an aggregation all labels are kept.
        const known = kept?.split(', ') ?? (/\b(sum|max|min|avg|count)\b/.test(expr) ? [] : labels);
        expect([title, labels.filter((label) => !known.includes(label))]).toEqual([title, []]);
      }
  });
});

it('The dashboards show funnel, time to certificate, parked reissues, issuance, OCSP and engines', () => {
  expect(dashboards.map(({ uid }) => uid).sort()).toEqual(
    ['engines', 'funnel', 'issuance', 'ocsp', 'parked', 'time'].map((name) => `reseal-${name}`),
  );
});

it('The provisioning files load the dashboards, and a Prometheus', () => {
  const read = (path: string): unknown =>
    parse(readFileSync(join(projectRoot(), 'deploy/grafana/provisioning', path), 'utf8'));
  expect(read('dashboards/reseal.yaml')).toMatchObject({
    apiVersion: 1,
    providers: [{ type: 'file', options: { path: expect.stringMatching(/\/dashboards$/) } }],
  });
  expect(read('datasources/prometheus.yaml')).toMatchObject({
    apiVersion: 1,
    datasources: [{ type: 'prometheus', url: '$PROMETHEUS_URL' }],
  });
});
