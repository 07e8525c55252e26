import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { HealthReport } from '#libs/http';
import { projectRoot } from '#libs/config';
import { environmentOf, stateFolder } from './app-environment.js';
import { freePorts } from './free-ports.js';
import { until } from './until.js';

const apps = ['gateway', 'ops', 'worker', 'signer', 'status'] as const;
export type App = (typeof apps)[number];

/** The keys of the ports on which those apps listen that have callers. */
const portKeys: Partial<Record<App, string>> = {
  gateway: 'RESEAL_GATEWAY_PORT',
  ops: 'RESEAL_OPS_PORT',
  status: 'RESEAL_STATUS_PORT',
};
/** An app ends itself after 15 s at the latest. */
const graceMs = 20_000;

/** One more process of an app, beside the one of the stack and with the same rights. */
export class AppCopy {
  private constructor(
    readonly app: App,
    /** Where it takes calls; empty for an app without callers. */
    readonly url: string,
    private readonly metricsUrl: string,
    private readonly process: ChildProcess,
  ) {}

  /**
   * Begins to start; it is not ready yet.
   *
   * @param changes environment that differs from that of the stack's own process
   */
  static async start(app: App, changes: Readonly<Record<string, string>>): Promise<AppCopy> {
    const [port, metricsPort] = await freePorts(2);
    const key = portKeys[app];
    const ports = { ...(key && { [key]: String(port) }), RESEAL_METRICS_PORT: String(metricsPort) };
    const log = openSync(join(stateFolder(), 'logs', `${app}-copy.log`), 'a');
    const child = spawn(process.execPath, ['--enable-source-maps', `dist/apps/${app}/src/main.js`], {
      cwd: projectRoot(),
      env: { PATH: process.env.PATH, ...environmentOf(app), ...ports, ...changes },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    return new AppCopy(app, key ? `http://127.0.0.1:${port}` : '', `http://127.0.0.1:${metricsPort}`, child);
  }

  /** As Temporal names it among the pollers of a task queue. */
  get identity(): string {
    return `${this.process.pid}@${hostname()}`;
  }

  /** As the audit trail names it. */
  get instance(): string {
    return `${hostname()}/${this.process.pid}`;
  }

  /** Rejects while the process does not listen. */
  async readiness(): Promise<HealthReport> {
    return (await this.watch('/health/ready')).json() as Promise<HealthReport>;
  }

  /** Waits until the process is ready. */
  async untilReady(): Promise<void> {
    const isReady = async () => {
      const { status, checks } = await this.readiness();
      if (status !== 'up') throw new Error(JSON.stringify(checks));
      return true;
    };
    await until(`the copy of ${this.app} to be ready`, isReady, { timeoutMs: 150_000 });
  }

  /** Value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const text = await (await this.watch('/metrics')).text();
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Has the process finish what it does, and end; it is killed where it takes too long. */
  async end(): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.process, 'exit');
    const hurry = setTimeout(() => this.signal('SIGKILL'), graceMs);
    this.signal('SIGTERM');
    await ended;
    clearTimeout(hurry);
  }

  private get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  private watch(path: string): Promise<Response> {
    if (this.hasEnded) throw new Error(`the copy of ${this.app} ended; its log says why`);
    return fetch(this.metricsUrl + path, { signal: AbortSignal.timeout(10_000) });
  }
}

/** One copy of each app. */
export class AppCopies {
  private readonly started = new Map<App, AppCopy>();

  /** Begins to start all of them. @param changesOf environment that differs from that of the stack's own process */
  async start(changesOf: (app: App) => Readonly<Record<string, string>>): Promise<void> {
    for (const app of apps) this.started.set(app, await AppCopy.start(app, changesOf(app)));
  }

  of(app: App): AppCopy {
    return this.started.get(app)!;
  }

  /** Does the same with several copies side by side, by default with all. */
  async each(work: (copy: AppCopy) => Promise<unknown>, those: readonly App[] = apps): Promise<void> {
    await Promise.all(those.map((app) => work(this.of(app))));
  }

  /** Ends those that were started, also where not all of them were. */
  async end(): Promise<void> {
    await Promise.all([...this.started.values()].map((copy) => copy.end()));
  }
}
