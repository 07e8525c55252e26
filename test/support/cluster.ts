import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricsPortOf, stateFolder } from './app-environment.js';
import type { App } from './app-copies.js';
import type { Component, HostName, StackControl } from './stack-control.js';
import type { Load } from './storm/load.js';
import { metricIn } from './metric.js';
import { until } from './until.js';

/** The addresses of the hosts with apps. */
const addresses = { a: '127.0.0.2', b: '127.0.0.3' } as const;
export type MainHost = keyof typeof addresses;
const mainHosts: readonly MainHost[] = ['a', 'b'];
export const otherThan = (host: MainHost): MainHost => (host === 'a' ? 'b' : 'a');

const apps: readonly App[] = ['gateway', 'ops', 'worker', 'signer', 'status'];
/** The processes of all apps on a host. */
export const appsOn = (host: HostName): Component[] => apps.map((app) => `${app}-${host}` as const);

/** Value of a metric of an app on a host; undefined if the app does not answer. */
async function metricOn(host: MainHost, app: App, name: string): Promise<number | undefined> {
  const url = `http://${addresses[host]}:${metricsPortOf(app)}/metrics`;
  try {
    return metricIn(await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text(), name);
  } catch {
    return undefined;
  }
}

/** The leaders among the workers, by the metric that says whether a process leads. */
export type Leadership = 'reseal_relay_active' | 'reseal_audit_sequencer_active';

/** The host whose worker leads. */
export const leaderOf = (work: Leadership): Promise<MainHost> =>
  until(`a leader by ${work}`, async () => {
    for (const host of mainHosts) if ((await metricOn(host, 'worker', work)) === 1) return host;
    return undefined;
  });

/** Waits until the worker of a host leads, or does not lead. */
export const untilLeading = (host: MainHost, work: Leadership, leads: 0 | 1 = 1): Promise<boolean> =>
  until(
    `the worker on host ${host} to have ${work} ${leads}`,
    async () => (await metricOn(host, 'worker', work)) === leads,
    { timeoutMs: 60_000 },
  );

/** What customers noticed of each failure, as a table in Markdown in the state folder. */
export class Interruptions {
  private readonly rows = ['| failure | longest call, ms | repeated calls |', '| --- | ---: | ---: |'];

  constructor(private readonly load: Load) {}

  /** Lets a failure happen, and ends when customers who came after it have their certificates. */
  async during(failure: string, happen: () => Promise<unknown>): Promise<void> {
    this.load.takeNoticed();
    await happen();
    await this.load.untilRegistered(3);
    const { longestCallMs, failures } = this.load.takeNoticed();
    this.rows.push(`| ${failure} | ${Math.round(longestCallMs)} | ${failures.length} |`);
    writeFileSync(join(stateFolder(), 'interruptions.md'), `${this.rows.join('\n')}\n`);
  }
}

/** Restarts one process of each app after the other, as a rolling update does. */
export async function restartAllApps(control: StackControl): Promise<void> {
  for (const component of mainHosts.flatMap(appsOn)) {
    await control.stop(component);
    await control.start(component);
  }
}
