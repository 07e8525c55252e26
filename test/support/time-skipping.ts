import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { createDataConverter, bundleWorkflows, installTemporalRuntime } from '#libs/temporal';
import { searchAttributes } from '#libs/domain';
import { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';

const { IndexedValueType } = proto.temporal.api.enums.v1;

/** Silent unless RESEAL_LOG_LEVEL says otherwise: tests break things on purpose. */
const logger = pino({ level: process.env.RESEAL_LOG_LEVEL ?? 'silent' });

/** A key to be thrown away: it protects nothing but what these tests make up, and stands here for all to see. */
const codecKey = createHash('sha256').update('encrypts only what tests make up').digest();

/** The production data converter, with a key that recorded histories can still be read with next year. */
export const dataConverter = createDataConverter({ current: 'tests', keys: { tests: codecKey } });

const hourMs = 3_600_000;

export type WorkflowBundle = Awaited<ReturnType<typeof bundleWorkflows>>;

/** The workflows as they are in the sources. Takes seconds: once in each file of tests. */
export function bundleOfWorkflows(path?: string): Promise<WorkflowBundle> {
  installTemporalRuntime(logger);
  return bundleWorkflows(logger, path);
}

/** Temporal's test server, whose time stands under our command: weeks pass in milliseconds. */
export class TimeSkipping {
  /**
   * An ordinary client. The environment's own lets all time pass that there is while it waits for a result, up to the
   * timeouts of workflows that were terminated, years from now.
   */
  readonly client: Client;
  private readonly workers = new Map<Worker, Promise<void>>();

  private constructor(
    private readonly env: TestWorkflowEnvironment,
    private readonly workflowBundle: WorkflowBundle,
  ) {
    const { connection, namespace = 'default' } = env;
    this.client = new Client({ connection, namespace, dataConverter });
  }

  /** @throws Error if RESEAL_TEMPORAL_TEST_SERVER does not name the server's executable */
  static async start(): Promise<TimeSkipping> {
    const path = process.env.RESEAL_TEMPORAL_TEST_SERVER;
    if (!path)
      throw new Error(
        'RESEAL_TEMPORAL_TEST_SERVER must name the executable of the test server; npm test does.',
      );
    const workflowBundle = await bundleOfWorkflows();
    const env = await startServer(path);
    await env.connection.operatorService.addSearchAttributes({
      namespace: env.namespace ?? 'default',
      searchAttributes: {
        [searchAttributes.parked]: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
        [searchAttributes.customerRef]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
      },
    });
    return new TimeSkipping(env, workflowBundle);
  }

  /** How an app finds this server and reads what stands there. */
  get environment(): Readonly<Record<string, string>> {
    return {
      RESEAL_TEMPORAL_ADDRESS: this.env.address,
      RESEAL_TEMPORAL_NAMESPACE: this.env.namespace ?? 'default',
      RESEAL_CODEC_KEYS_FILE: '',
      RESEAL_CODEC_KEYS: JSON.stringify({ current: 'tests', keys: { tests: codecKey.toString('base64') } }),
    };
  }

  /** What time it is on the server, in milliseconds since 1970. */
  now(): Promise<number> {
    return this.env.currentTimeMs();
  }

  /**
   * Lets time pass: timers fire and pauses between retries end on the way. Executing an update lets none pass, so this
   * goes beside an update that waits for something.
   */
  skip(ms: number): Promise<void> {
    return this.env.sleep(ms);
  }

  /** Lets time pass until a workflow has closed: at first a minute at a time, then longer. */
  async skipToEndOf(workflowId: string): Promise<void> {
    const workflow = this.client.workflow.getHandle(workflowId);
    for (
      let step = 60_000;
      (await workflow.describe()).status.name === 'RUNNING';
      step = Math.min(2 * step, hourMs)
    )
      await this.skip(step);
  }

  /** Starts a worker for this queue, one that runs the workflows too if asked. */
  async startWorker(taskQueue: string, activities: object, workflows = false): Promise<void> {
    const worker = await Worker.create({
      connection: this.env.nativeConnection,
      namespace: this.env.namespace ?? 'default',
      taskQueue,
      activities,
      dataConverter,
      ...(workflows ? { workflowBundle: this.workflowBundle } : {}),
    });
    this.workers.set(worker, worker.run());
  }

  /** The events of a workflow's last run so far, as they are stored. */
  async historyOf(workflowId: string): Promise<History> {
    return this.client.workflow.getHandle(workflowId).fetchHistory();
  }

  async close(): Promise<void> {
    for (const worker of this.workers.keys()) worker.shutdown();
    await Promise.all(this.workers.values());
    await this.env.teardown();
  }
}

/** The SDK gives a Java process five seconds to start, which on a busy machine may be too few at first. */
async function startServer(path: string, attempts = 5): Promise<TestWorkflowEnvironment> {
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
    });
  } catch (error) {
    if (attempts === 1) throw error;
    return startServer(path, attempts - 1);
  }
}
