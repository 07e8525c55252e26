import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { RetentionActivities } from '#activities/retention';
import { taskQueues } from '#libs/domain';
import { TimeSkipping } from '../support/time-skipping.js';

// Everything that runs at the same time makes everything else slow.
jest.setTimeout(120_000);

const purgeExpired = jest.fn<RetentionActivities['purgeExpired']>();
let time: TimeSkipping;
beforeAll(async () => {
  time = await TimeSkipping.begin();
  await time.startWorker(taskQueues.reissue, { purgeExpired }, true);
});
afterAll(() => time.end());

it('retention goes on while there is more, also past a database that was away for a moment', async () => {
  purgeExpired
    .mockResolvedValueOnce({ photos: 500, limits: 3, days: 1, more: true })
    .mockRejectedValueOnce(new Error('the database is away'))
    .mockResolvedValueOnce({ photos: 2, limits: 500, days: 0, more: true })
    .mockResolvedValueOnce({ photos: 0, limits: 0, days: 0, more: false });
  const workflow = await time.client.workflow.start('retention', {
    workflowId: 'retention',
    taskQueue: taskQueues.reissue,
  });
  await time.skipToEndOf('retention');
  expect(await workflow.result()).toEqual({ photos: 502, limits: 503, days: 1 });
  expect(purgeExpired).toHaveBeenCalledTimes(4);
});
