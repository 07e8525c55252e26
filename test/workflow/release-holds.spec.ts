import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { HoldActivities } from '#activities/revocation';
import { taskQueues } from '#libs/domain';
import { TimeSkipping } from '../support/time-skipping.js';

// Other specs that run at the same time make this one slow.
jest.setTimeout(120_000);

const revokeLongHolds = jest.fn<HoldActivities['revokeLongHolds']>();
let time: TimeSkipping;
beforeAll(async () => {
  time = await TimeSkipping.start();
  await time.startWorker(taskQueues.reissue, { revokeLongHolds }, true);
});
afterAll(() => time.close());

it('The workflow releaseHolds runs every batch, also after a failure of the database', async () => {
  revokeLongHolds
    .mockResolvedValueOnce({ revoked: 500, next: '10aa' })
    .mockRejectedValueOnce(new Error('the database is down'))
    .mockResolvedValueOnce({ revoked: 0, next: '10bb' })
    .mockResolvedValueOnce({ revoked: 7 });
  const workflow = await time.client.workflow.start('releaseHolds', {
    workflowId: 'release-holds',
    taskQueue: taskQueues.reissue,
  });
  await time.skipToEndOf('release-holds');
  expect(await workflow.result()).toEqual({ revoked: 507 });
  expect(revokeLongHolds.mock.calls.flat()).toEqual(['', '10aa', '10aa', '10bb']);
});
