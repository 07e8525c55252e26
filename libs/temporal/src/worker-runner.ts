import { setTimeout as sleep } from 'node:timers/promises';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection, TransportError, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Logger } from '#libs/observability';
import { activityLogContext } from './activity-log-context.js';
import type { TemporalAddress } from './client.js';
import { installTemporalRuntime } from './runtime.js';

export interface WorkerSettings extends TemporalAddress {
  taskQueue: string;
  dataConverter: DataConverter;
  logger: Logger;
  /** Activity functions by name. */
  activities?: object;
  /** Makes the bundle of the workflows this worker runs ({@link workflowBundle}); without it, it runs activities only. */
  workflows?: (logger: Logger) => Promise<NonNullable<WorkerOptions['workflowBundle']>>;
  /** How many workflows stay in memory; others are replayed when they go on. */
  maxCachedWorkflows?: number;
  /** Resolves when the worker may begin to take work; until then it is not ready. */
  before?: (signal: AbortSignal) => Promise<void>;
  /** Anything else, e.g. concurrency; wins over what is set here. */
  options?: Partial<WorkerOptions>;
}

const SHUTDOWN_GRACE = '8s';
const CHECK_TIMEOUT_MS = 1000;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 5000;

/**
 * A Temporal worker over the life of its process. Its hooks are called by Nest when it is a provider.
 *
 * Temporal need not be up when it starts: it connects once it can. If the worker fails for good, the rejection is
 * left unhandled on purpose: the process ends and is started anew.
 */
export class WorkerRunner {
  private readonly stopping = new AbortController();
  private connection: NativeConnection | undefined;
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

  /** Connects, polls, and resolves when the worker has been stopped and drained. */
  async run(): Promise<void> {
    await this.settings.before?.(this.stopping.signal);
    const bundle = await this.settings.workflows?.(this.settings.logger);
    const worker = await this.createWhenReachable(bundle);
    if (!worker) return;
    this.worker = worker;
    this.settings.logger.info({ taskQueue: this.settings.taskQueue }, 'worker is polling');
    await worker.run();
  }

  /** Takes no new work, lets what is running finish (8 s at most), and closes the connection. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.worker?.getState() === 'RUNNING') this.worker.shutdown();
    await this.running;
    await this.connection?.close();
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
    await connection?.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () =>
      connection.workflowService.describeNamespace({ namespace: settings.namespace }),
    );
  }

  /** Tries again until it succeeds, with growing pauses; undefined if stopped meanwhile. */
  private async createWhenReachable(bundle: WorkerOptions['workflowBundle']): Promise<Worker | undefined> {
    for (
      let pause = FIRST_RETRY_MS;
      !this.stopping.signal.aborted;
      pause = Math.min(2 * pause, LONGEST_RETRY_MS)
    ) {
      try {
        return await this.create(bundle);
      } catch (error) {
        await this.connection?.close().catch(() => undefined);
        this.connection = undefined;
        // Temporal is not up, or its namespace not made yet; anything else will not get better by waiting.
        if (!(error instanceof TransportError)) throw error;
        this.settings.logger.warn({ reason: error.message, retryInMs: pause }, 'worker cannot start yet');
        await sleep(pause, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  private async create(workflowBundle: WorkerOptions['workflowBundle']): Promise<Worker> {
    const {
      address,
      namespace,
      taskQueue,
      dataConverter,
      activities,
      maxCachedWorkflows = 500,
      options,
    } = this.settings;
    // Compressing costs more than it saves on a local network.
    this.connection = await NativeConnection.connect({ address, grpcCompression: { codec: 'none' } });
    return Worker.create({
      connection: this.connection,
      namespace,
      taskQueue,
      dataConverter,
      ...(activities && { activities }),
      ...(workflowBundle && { workflowBundle, maxCachedWorkflows }),
      // 10 s by default: so long would the first call wait after the worker that held the workflow died.
      stickyQueueScheduleToStartTimeout: '1s',
      shutdownGraceTime: SHUTDOWN_GRACE,
      interceptors: { activity: [activityLogContext] },
      ...options,
    });
  }
}
