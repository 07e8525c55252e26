import { randomUUID, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  connectTemporalClient,
  createDataConverter,
  WorkerRunner,
  type TemporalClient,
} from '#libs/temporal';
import { createLogger } from '#libs/observability';
import { cuttableProxy, type CuttableProxy } from '../support/cuttable-proxy.js';
import { greetIn, greeting } from '../support/greeting.js';
import { until } from '../support/until.js';

jest.setTimeout(90_000);
/** A silent connection is given up after ten seconds; a busy machine needs longer. */
const noticed = { timeoutMs: 20_000, pauseMs: 100 };
const recovered = { timeoutMs: 30_000, pauseMs: 100 };
const dataConverter = createDataConverter({ current: 'spec', keys: { spec: randomBytes(32) } });
const namespace = process.env.RESEAL_TEMPORAL_NAMESPACE ?? 'reseal';
const taskQueue = `spec-${randomUUID()}`;

let proxy: CuttableProxy;
/** The worker's connection to Temporal, through the proxy. */
let stranded: TemporalClient;
let direct: TemporalClient;
let runner: WorkerRunner;
let running: Promise<void>;
let admitted = true;

beforeAll(async () => {
  const [host = '', port] = (process.env.RESEAL_TEMPORAL_ADDRESS ?? '127.0.0.1:7233').split(':');
  proxy = await cuttableProxy(host, Number(port));
  const there = { address: `127.0.0.1:${proxy.port}`, namespace, dataConverter };
  stranded = connectTemporalClient(there);
  direct = connectTemporalClient({ ...there, address: `${host}:${port}` });
  runner = new WorkerRunner({
    ...there,
    taskQueue,
    logger: createLogger({ name: 'spec', level: 'silent' }),
    activities: greeting,
    admit: () => {
      if (!admitted) throw new Error('not now');
    },
  });
  running = runner.run();
  await until('the worker to poll', () => runner.check().then(() => true));
  await stranded.check();
  expect(await greet()).toBe('hello you');
});
afterAll(async () => {
  await proxy.close();
  await runner.stop();
  await running;
  await Promise.all([stranded.close(), direct.close()]);
});

/** The request uses a connection that never becomes silent. */
const greet = () => greetIn(taskQueue, direct);

describe('while connections to Temporal are stranded', () => {
  beforeAll(() => proxy.blackhole());

  it('A client and a worker with stranded connections to Temporal report within seconds that they are not ready', async () => {
    const failed = (check: () => Promise<void>) => () =>
      check().then(
        () => false,
        () => true,
      );
    await until('the client to notice', failed(stranded.check), noticed);
    await until(
      'the worker to notice',
      failed(() => runner.check()),
      noticed,
    );
  });
});

describe('once the network is back, and the old connections are as silent as before', () => {
  beforeAll(() => proxy.restore());

  it('A client is ready again once the network to Temporal is back', async () => {
    await until('the client', () => stranded.check().then(() => true), recovered);
  });

  it('A worker is ready again once the network is back, and runs tasks', async () => {
    await until('the worker', () => runner.check().then(() => true), recovered);
    expect(await greet()).toBe('hello you');
  });
});

it('A worker that shall do no work does not poll, and polls again when it may', async () => {
  admitted = false;
  await until('the worker to stop', () =>
    runner.check().then(
      () => false,
      () => true,
    ),
  );
  const waiting = greet();
  await expect(Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 1_000))])).resolves.toBe(
    undefined,
  );
  admitted = true;
  expect(await waiting).toBe('hello you');
});
