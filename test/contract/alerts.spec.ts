import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { alertCases, alertRules, readAlertCases, readAlerts } from '../support/alerts.js';
import { promtool } from '../support/promtool.js';

const alerts = readAlerts();
const runbookOf = ({ annotations }: (typeof alerts)[number]) =>
  join('deploy/runbooks', annotations.runbook_url.split('/').at(-1)!);

it('Prometheus accepts the rules', () => {
  expect(promtool('check', 'rules', '--lint=all', '--lint-fatal', alertRules)).toContain('SUCCESS');
});

it('Each alert fires in its cases, and only there', () => {
  expect(promtool('test', 'rules', alertCases)).toContain('SUCCESS');
});

it('Each alert has a case in which it fires and one in which it does not', () => {
  const tested = readAlertCases().flatMap((each) => each.alert_rule_test);
  for (const fires of [true, false]) {
    const names = tested.filter((each) => each.exp_alerts.length > 0 === fires).map((each) => each.alertname);
    expect(alerts.map(({ alert }) => alert).filter((alert) => !names.includes(alert))).toEqual([]);
  }
});

it.each(alerts)('The alert $alert has a runbook with its meaning and what to do', (rule) => {
  const { alert, labels, annotations } = rule;
  const page = readFileSync(join(projectRoot(), runbookOf(rule)), 'utf8');
  expect(page).toContain(`\`${alert}\``);
  expect(page).toContain('## What it means');
  expect(page).toContain('## What to do');
  expect(['page', 'ticket']).toContain(labels.severity);
  expect(annotations.summary).not.toBe('');
  // The label is where the pages are published. Without it the page is named by its place in the repository.
  expect(annotations.runbook_url).toMatch(
    /^\{\{ or \$externalLabels\.runbooks "deploy\/runbooks" \}\}\/[a-z-]+\.md$/,
  );
});

it('Each alert that a document names is a rule', () => {
  const known = new Set(alerts.map(({ alert }) => alert));
  const named = globSync('{docs,deploy/runbooks}/*.md', { cwd: projectRoot() }).flatMap((file) =>
    [
      ...readFileSync(join(projectRoot(), file), 'utf8').matchAll(
        /[Aa]lerts?:?\**:? (?:`\w+`(?:, | and )?)+/g,
      ),
    ].flatMap(([text]) => [...text.matchAll(/`([A-Z]\w+)`/g)].map(([, name]) => name!)),
  );
  expect(named.length).toBeGreaterThan(alerts.length);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

it('No runbook is left without an alert', () => {
  const used = new Set(alerts.map(runbookOf));
  const pages = globSync('deploy/runbooks/*.md', { cwd: projectRoot() });
  expect(pages.filter((page) => !used.has(page))).toEqual([]);
  expect([...used].filter((page) => !existsSync(join(projectRoot(), page)))).toEqual([]);
});
