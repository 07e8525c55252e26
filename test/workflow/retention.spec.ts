import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { RetentionActivities } from '#activities/records';
import { taskQueues } from '#libs/domain';
import { TimeSkipping } from '../support/time-skipping.js';

// Other specs that run at the same time make this one slow.
jest.setTimeout(120_000);

const purgeExpired = jest.fn<RetentionActivities['purgeExpired']>();
let time: TimeSkipping;
beforeAll(async () => {
  time = await TimeSkipping.start();
  await time.startWorker(taskQueues.reissue, { purgeExpired }, true);
});
afterAll(() => time.close());

it('The workflow retention runs until nothing is left, also after a failure of the database', async () => {
  const none = {
    ...{ photos: 0, issuanceEvidence: 0, unissuedApplications: 0 },
    ...{ accessRecords: 0, devices: 0, counts: 0 },
  };
  purgeExpired
    .mockResolvedValueOnce({ ...none, photos: 500, counts: 4, more: true })
    .mockRejectedValueOnce(new Error('the database is down'))
    .mockResolvedValueOnce({ ...none, photos: 2, issuanceEvidence: 100, more: true })
    .mockResolvedValueOnce({ ...none, more: false });
  const workflow = await time.client.workflow.start('retention', {
    workflowId: 'retention',
    taskQueue: taskQueues.reissue,
  });
  await time.skipToEndOf('retention');
  expect(await workflow.result()).toEqual({ ...none, photos: 502, issuanceEvidence: 100, counts: 4 });
  expect(purgeExpired).toHaveBeenCalledTimes(4);
});
