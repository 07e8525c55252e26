import { setTimeout as delay } from 'node:timers/promises';
import type { DataConverter } from '@temporalio/common';
import {
  TransportError,
  Worker,
  type NativeConnection,
  type WorkerDeploymentOptions,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Logger } from '#libs/observability';
import { activityContext } from './activity-context.js';
import { heartbeats } from './heartbeats.js';
import { isResponsive, connectNative, isReachable } from './native-connection.js';
import { installTemporalRuntime } from './runtime.js';
import type { TemporalAddress } from './server.js';
import { TimeoutError } from './with-timeout.js';
import { workerDeployment } from './worker-versions.js';

export interface WorkerSettings extends TemporalAddress {
  taskQueue: string;
  dataConverter: DataConverter;
  logger: Logger;
  /** Activity functions by name. */
  activities?: object;
  /** Makes the bundle of workflows ({@link workflowBundle}). Without it the worker runs activities only. */
  workflows?: (logger: Logger) => Promise<NonNullable<WorkerOptions['workflowBundle']>>;
  /**
   * Names the version of the code. Workflows are pinned to the version on which they began, unless their type says otherwise.
   * Without it the worker has no version.
   */
  buildId?: string | undefined;
  /** How many workflows stay in memory. Others are replayed when they continue. */
  maxCachedWorkflows?: number;
  /** Resolves when the worker may begin to take work; until then it is not ready. */
  before?: (signal: AbortSignal) => Promise<void>;
  /** Throws while this process may not work. The worker does not poll then. */
  admit?: () => void;
  /** Further options, e.g. concurrency. They override those that this class sets. */
  options?: Partial<WorkerOptions>;
}

const shutdownGrace = '8s';
const checkTimeoutMs = 1000;
const firstRetryMs = 200;
const longestRetryMs = 5000;
const admitEveryMs = 250;
const testEveryMs = 2_000;

/**
 * A Temporal worker over the life of its process. Nest calls its hooks if it is a provider.
 *
 * Temporal need not be up at the start: the worker connects as soon as it can. A worker whose connection stops
 * answering is replaced; gRPC itself would need almost a minute. So is a worker whose certificates were renewed. While the
 * process may not work, there is no worker. If the worker fails for good, the rejection stays unhandled on purpose: the
 * process ends and is started again.
 */
export class WorkerRunner {
  private readonly stopping = new AbortController();
  private connection: NativeConnection | undefined;
  private tlsVersion: number | undefined;
  private worker: Worker | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly settings: WorkerSettings) {
    installTemporalRuntime(settings.logger);
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  /** Connects and polls. Resolves when the worker is stopped and drained. */
  async run(): Promise<void> {
    const { logger, taskQueue, workflows, before } = this.settings;
    await before?.(this.stopping.signal);
    const bundle = await workflows?.(logger);
    while (!this.stopping.signal.aborted) {
      if (!this.admitted()) {
        await this.rest(admitEveryMs);
        continue;
      }
      const worker = await this.createWhenReachable(bundle);
      if (!worker) return;
      this.worker = worker;
      logger.info({ taskQueue }, 'worker is polling');
      await this.runUntilReplaced(worker);
    }
  }

  /** Resolves when the worker has ended, or needs another connection. */
  private async runUntilReplaced(worker: Worker): Promise<void> {
    const connection = this.connection!;
    const over = new AbortController();
    const gate = setInterval(() => {
      if (this.admitted() || worker.getState() !== 'RUNNING') return;
      this.settings.logger.error({ taskQueue: this.settings.taskQueue }, 'worker accepts no work');
      worker.shutdown();
    }, admitEveryMs);
    // The connection is closed with its worker, also long after another worker took over.
    const ended = worker.run().finally(() => connection.close().catch(() => undefined));
    try {
      await Promise.race([ended, this.untilOutdated(connection, over.signal)]);
    } finally {
      clearInterval(gate);
      over.abort();
    }
    // gRPC's keepalive ends its polls, and Temporal gives its tasks to other workers.
    if (worker.getState() === 'RUNNING') {
      const { logger, taskQueue } = this.settings;
      if (this.renewed) logger.info({ taskQueue }, 'worker is replaced by one with the renewed certificates');
      else logger.warn({ taskQueue }, 'worker gets no answers and is replaced');
      worker.shutdown();
      ended.catch((error: unknown) =>
        this.settings.logger.warn({ err: error }, 'the replaced worker failed'),
      );
    } else await ended;
  }

  private admitted(): boolean {
    try {
      this.settings.admit?.();
      return true;
    } catch {
      return false;
    }
  }

  /** Whether the certificates were renewed since the worker connected. */
  private get renewed(): boolean {
    return this.settings.credentials?.tlsVersion !== this.tlsVersion;
  }

  /**
   * Resolves when the connection does not answer or has old certificates, and a new one answers. Tests every two seconds.
   * An API key is renewed on the same connection.
   */
  private async untilOutdated(connection: NativeConnection, over: AbortSignal): Promise<void> {
    const { namespace, credentials } = this.settings;
    let apiKey = credentials?.apiKey;
    while (!over.aborted) {
      await delay(testEveryMs, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) break;
      const newKey = credentials?.apiKey;
      if (newKey !== undefined && newKey !== apiKey) {
        await connection.setApiKey(newKey);
        apiKey = newKey;
      }
      const outdated = this.renewed || !(await isResponsive(connection, namespace));
      if (outdated && (await isReachable(this.settings))) return;
    }
    await new Promise(() => undefined);
  }

  private async rest(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  /** Stops polling, waits for running tasks (8 s at most), and closes the connection. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.worker?.getState() === 'RUNNING') this.worker.shutdown();
    await this.running;
  }

  /** Rejects unless the worker polls and its namespace can be reached; for readiness. */
  async check(): Promise<void> {
    const status = this.worker?.getStatus();
    if (status?.runState !== 'RUNNING') throw new Error(`worker is ${status?.runState ?? 'not connected'}`);
    const pollers = [
      ...(this.settings.workflows ? [status.workflowPollerState] : []),
      ...(this.settings.activities ? [status.activityPollerState] : []),
    ];
    if (pollers.some((state) => state !== 'POLLING')) throw new Error(`pollers are ${pollers.join(' and ')}`);
    const { connection, settings } = this;
    await connection?.withDeadline(Date.now() + checkTimeoutMs, () =>
      connection.workflowService.describeNamespace({ namespace: settings.namespace }),
    );
  }

  /** Creates the worker, with retries after growing pauses. @returns undefined if stopped meanwhile */
  private async createWhenReachable(bundle: WorkerOptions['workflowBundle']): Promise<Worker | undefined> {
    for (
      let pause = firstRetryMs;
      !this.stopping.signal.aborted;
      pause = Math.min(2 * pause, longestRetryMs)
    ) {
      try {
        return await this.create(bundle);
      } catch (error) {
        await this.connection?.close().catch(() => undefined);
        this.connection = undefined;
        // Temporal is not up, or its namespace does not exist yet. Waiting does not help with other errors.
        if (!(error instanceof TransportError || error instanceof TimeoutError)) throw error;
        this.settings.logger.warn({ reason: error.message, retryInMs: pause }, 'worker cannot start yet');
        await this.rest(pause);
      }
    }
    return undefined;
  }

  private async create(workflowBundle: WorkerOptions['workflowBundle']): Promise<Worker> {
    const {
      namespace,
      taskQueue,
      dataConverter,
      activities,
      buildId,
      maxCachedWorkflows = 500,
      options,
    } = this.settings;
    this.tlsVersion = this.settings.credentials?.tlsVersion;
    this.connection = await connectNative(this.settings);
    return Worker.create({
      connection: this.connection,
      namespace,
      taskQueue,
      dataConverter,
      ...(activities && { activities }),
      ...(workflowBundle && { workflowBundle, maxCachedWorkflows }),
      ...(buildId !== undefined && { workerDeploymentOptions: deploymentOptions(buildId) }),
      // 10 s by default, which the first call would wait after the worker that cached the workflow died.
      stickyQueueScheduleToStartTimeout: '1s',
      shutdownGraceTime: shutdownGrace,
      interceptors: { activity: [activityContext(this.settings.logger), heartbeats] },
      ...options,
    });
  }
}

const deploymentOptions = (buildId: string): WorkerDeploymentOptions => ({
  version: { deploymentName: workerDeployment, buildId },
  useWorkerVersioning: true,
  defaultVersioningBehavior: 'PINNED',
});
