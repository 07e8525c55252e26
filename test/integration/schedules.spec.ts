import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectTemporalClient, createDataConverter, type TemporalClient } from '#libs/temporal';
import { until } from '../support/until.js';
import { ensureSchedules, type ScheduleDefinition } from '#libs/temporal';

const dayMs = 86_400_000;
let temporal: TemporalClient;
let definition: ScheduleDefinition;
const handle = () => temporal.client.schedule.getHandle(definition.id);

beforeAll(() => {
  temporal = connectTemporalClient({
    address: process.env.RESEAL_TEMPORAL_ADDRESS ?? '127.0.0.1:7233',
    namespace: process.env.RESEAL_TEMPORAL_NAMESPACE ?? 'reseal',
    dataConverter: createDataConverter({ current: 'spec', keys: { spec: randomBytes(32) } }),
  });
  // Too rare to run during the test, and of a workflow type that no worker has.
  definition = {
    id: `spec-${randomUUID()}`,
    workflow: 'spec',
    everyMs: 3_650 * dayMs,
    runTimeoutMs: dayMs,
  };
});
afterEach(() => handle().delete());
afterAll(() => temporal.close());

describe('the schedules of the worker', () => {
  it('A schedule that Temporal does not have is created', async () => {
    await ensureSchedules(temporal.client, [definition]);
    expect(await handle().describe()).toMatchObject({
      spec: { intervals: [{ every: definition.everyMs }] },
      action: { workflowType: 'spec', workflowRunTimeout: dayMs },
      state: { paused: false },
    });
  });

  it('A changed interval and run timeout reach the schedule, and an operator’s pause stays', async () => {
    await ensureSchedules(temporal.client, [definition]);
    await handle().pause('maintenance of the registry');
    await ensureSchedules(temporal.client, [
      { ...definition, everyMs: 7_300 * dayMs, runTimeoutMs: 2 * dayMs },
    ]);
    const updated = await until('the update', async () => {
      const found = await handle().describe();
      return found.info.lastUpdatedAt && found;
    });
    expect(updated).toMatchObject({
      spec: { intervals: [{ every: 7_300 * dayMs }] },
      policies: { overlap: 'SKIP', catchupWindow: 7_300 * dayMs },
      action: { workflowType: 'spec', workflowRunTimeout: 2 * dayMs },
      state: { paused: true, note: 'maintenance of the registry' },
    });
  });

  it('A schedule as defined is left as it is', async () => {
    await ensureSchedules(temporal.client, [definition]);
    await ensureSchedules(temporal.client, [definition]);
    expect((await handle().describe()).info.lastUpdatedAt).toBeUndefined();
  });
});
