import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { HealthReport } from '#libs/http';
import { projectRoot } from '#libs/config';
import { environmentOf, stateFolder } from './app-environment.js';
import { freePorts } from './free-ports.js';
import { metricIn } from './metric.js';
import { until } from './until.js';

const apps = ['gateway', 'ops', 'worker', 'signer', 'status'] as const;
export type App = (typeof apps)[number];

/** The variables of the ports on which apps with an API listen. */
const portKeys: Partial<Record<App, string>> = {
  gateway: 'RESEAL_GATEWAY_PORT',
  ops: 'RESEAL_OPS_PORT',
  status: 'RESEAL_STATUS_PORT',
};
/** Longer than the 15 s within which an app ends itself. */
const graceMs = 20_000;

/** A second process of an app of the stack, with the same rights. */
export class AppCopy {
  private constructor(
    readonly app: App,
    /** URL of its API; empty for an app without one. */
    readonly url: string,
    private readonly metricsUrl: string,
    private readonly process: ChildProcess,
  ) {}

  /**
   * Starts the process, without waiting until it is ready.
   *
   * @param changes variables that differ from those of the stack's process
   * @param root of the compiled code
   */
  static async start(
    app: App,
    changes: Readonly<Record<string, string>>,
    root = projectRoot(),
  ): Promise<AppCopy> {
    const [port, metricsPort] = await freePorts(2);
    const key = portKeys[app];
    const ports = { ...(key && { [key]: String(port) }), RESEAL_METRICS_PORT: String(metricsPort) };
    const log = openSync(join(stateFolder(), 'logs', `${app}-copy.log`), 'a');
    const child = spawn(process.execPath, ['--enable-source-maps', `dist/apps/${app}/src/main.js`], {
      cwd: root,
      env: { PATH: process.env.PATH, ...environmentOf(app), ...ports, ...changes },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    return new AppCopy(app, key ? `http://127.0.0.1:${port}` : '', `http://127.0.0.1:${metricsPort}`, child);
  }

  /** Its name among the pollers of a task queue. */
  get identity(): string {
    return `${this.process.pid}@${hostname()}`;
  }

  /** Its name in the audit trail. */
  get instance(): string {
    return `${hostname()}/${this.process.pid}`;
  }

  /** Its health report. Rejects until the process listens. */
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

  /**
   * Value of a metric; NaN if there is none.
   *
   * @param label one that the series has, if there are several
   */
  async metric(name: string, label = ''): Promise<number> {
    return metricIn(await (await this.watch('/metrics')).text(), name, label);
  }

  /** Resolves when the process has ended, with its exit code; null if a signal ended it. */
  async untilEnded(): Promise<number | null> {
    if (!this.hasEnded) await once(this.process, 'exit');
    return this.process.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Ends the process in good order, or kills it after a grace time. */
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
    if (this.hasEnded) throw new Error(`the copy of ${this.app} has ended; see its log`);
    return fetch(this.metricsUrl + path, { signal: AbortSignal.timeout(10_000) });
  }
}

/** One copy of each app. */
export class AppCopies {
  private readonly started = new Map<App, AppCopy>();

  /**
   * Starts all of them.
   *
   * @param changesOf variables that differ from those of the stack's process
   * @param root of the compiled code
   */
  async start(changesOf: (app: App) => Readonly<Record<string, string>>, root?: string): Promise<void> {
    for (const app of apps) this.started.set(app, await AppCopy.start(app, changesOf(app), root));
  }

  of(app: App): AppCopy {
    return this.started.get(app)!;
  }

  /** Runs the same work on several copies concurrently; default: on all. */
  async each(work: (copy: AppCopy) => Promise<unknown>, those: readonly App[] = apps): Promise<void> {
    await Promise.all(those.map((app) => work(this.of(app))));
  }

  /** Ends the copies that were started. */
  async end(): Promise<void> {
    await Promise.all([...this.started.values()].map((copy) => copy.end()));
  }
}
