import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { createDataConverter, bundleWorkflows, installTemporalRuntime } from '#libs/temporal';
import { projectRoot } from '#libs/config';
import { searchAttributes } from '#libs/domain';
import { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { stateFolder } from './app-environment.js';

const { IndexedValueType } = proto.temporal.api.enums.v1;

/** Silent unless RESEAL_LOG_LEVEL is set, because tests cause errors on purpose. */
const logger = pino({ level: process.env.RESEAL_LOG_LEVEL ?? 'silent' });

/** A public key for test data only. */
const codecKey = createHash('sha256').update('encrypts only what tests make up').digest();

/** The production data converter, with a fixed key, so that recorded histories stay readable. */
export const dataConverter = createDataConverter({ current: 'tests', keys: { tests: codecKey } });

const hourMs = 3_600_000;

export type WorkflowBundle = Awaited<ReturnType<typeof bundleWorkflows>>;

/**
 * Bundles the workflows from the sources. That takes seconds, so the bundle is kept in the state folder, where the next
 * test file finds it if no source has changed.
 */
export async function bundleOfWorkflows(): Promise<WorkflowBundle> {
  installTemporalRuntime(logger);
  const folder = join(stateFolder(), 'test-bundles');
  const file = join(folder, `${digestOfSources()}.js`);
  if (!existsSync(file)) {
    const { code } = await bundleWorkflows(logger);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    // Renamed into place, so that an interrupted run leaves no half of it.
    writeFileSync(`${file}.draft`, code);
    renameSync(`${file}.draft`, file);
  }
  return { code: readFileSync(file, 'utf8') };
}

/** A digest of all that a bundle is made of: workflows, libraries, and the versions of packages. */
function digestOfSources(): string {
  const root = projectRoot();
  const sources = ['workflows', 'libs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
      .map((name) => join(folder, name)),
  );
  const digest = createHash('sha256');
  for (const file of ['package-lock.json', ...sources.sort()])
    digest.update(file).update(readFileSync(join(root, file)));
  return digest.digest('hex').slice(0, 16);
}

/** Temporal's test server, whose time a test controls: weeks pass in milliseconds. */
export class TimeSkipping {
  /**
   * An ordinary client. The client of the environment skips time while it waits for a result, even to the timeouts of
   * terminated workflows, years ahead.
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

  /** Environment with which an app connects to this server and decodes its payloads. */
  get environment(): Readonly<Record<string, string>> {
    return {
      RESEAL_TEMPORAL_ADDRESS: this.env.address,
      RESEAL_TEMPORAL_NAMESPACE: this.env.namespace ?? 'default',
      RESEAL_CODEC_KEYS_FILE: '',
      RESEAL_CODEC_KEYS: JSON.stringify({ current: 'tests', keys: { tests: codecKey.toString('base64') } }),
    };
  }

  /** The server's time, in milliseconds since 1970. */
  now(): Promise<number> {
    return this.env.currentTimeMs();
  }

  /**
   * Skips time: timers fire and pauses between retries end. An update does not skip time, so call this while an update
   * waits.
   */
  skip(ms: number): Promise<void> {
    return this.env.sleep(ms);
  }

  /** Skips time until a workflow has closed, first by minutes, then by longer steps. */
  async skipToEndOf(workflowId: string): Promise<void> {
    const workflow = this.client.workflow.getHandle(workflowId);
    for (
      let step = 60_000;
      (await workflow.describe()).status.name === 'RUNNING';
      step = Math.min(2 * step, hourMs)
    )
      await this.skip(step);
  }

  /** Starts a worker for a queue, with the workflows if `workflows`. */
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

  /** The events of a workflow's last run, as they are stored. */
  async historyOf(workflowId: string): Promise<History> {
    return this.client.workflow.getHandle(workflowId).fetchHistory();
  }

  async close(): Promise<void> {
    for (const worker of this.workers.keys()) worker.shutdown();
    await Promise.all(this.workers.values());
    await this.env.teardown();
  }
}

/** Starts the server, several times if needed: the SDK waits five seconds, which a busy machine may exceed. */
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
