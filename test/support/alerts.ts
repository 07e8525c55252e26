import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/config';
import { parse } from 'yaml';

/** A rule of an alert as Prometheus reads it. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

/** A case of `promtool test rules`. */
export interface AlertCase {
  readonly name: string;
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

export const alertRules = join(projectRoot(), 'deploy/alerts/reseal.rules.yaml');
export const alertCases = join(projectRoot(), 'deploy/alerts/reseal.rules.test.yaml');

/** The alerts of `deploy/alerts`. */
export function readAlerts(): Alert[] {
  const { groups } = parse(readFileSync(alertRules, 'utf8')) as { groups: { rules: Alert[] }[] };
  return groups.flatMap((group) => group.rules);
}

export function readAlertCases(): AlertCase[] {
  return (parse(readFileSync(alertCases, 'utf8')) as { tests: AlertCase[] }).tests;
}

/** The names of the metrics in a PromQL expression, as `# TYPE` lines name them. */
export function metricsIn(expr: string): string[] {
  const names = expr.matchAll(/\b(up|reseal_[a-z0-9_]+|(?:nodejs|process)_[a-z0-9_]+)\b/g);
  return [...names].map(([, name]) => name!.replace(/_(bucket|count|sum)$/, ''));
}
