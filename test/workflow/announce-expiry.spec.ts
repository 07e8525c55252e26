import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { ExpiryActivities } from '#activities/expiry';
import { taskQueues } from '#libs/domain';
import { TimeSkipping } from '../support/time-skipping.js';

// Other specs that run at the same time make this one slow.
jest.setTimeout(120_000);

const announceExpiring = jest.fn<ExpiryActivities['announceExpiring']>();
const sendExpiryNotices = jest.fn<ExpiryActivities['sendExpiryNotices']>();
let time: TimeSkipping;
beforeAll(async () => {
  time = await TimeSkipping.start();
  await time.startWorker(taskQueues.reissue, { announceExpiring, sendExpiryNotices }, true);
});
afterAll(() => time.close());

it('The workflow announceExpiry announces every page, then sends every batch, also after failures', async () => {
  const place = { daysLeft: 30, notAfter: '2026-12-31T14:59:59.000Z', serial: '10aa' };
  announceExpiring
    .mockResolvedValueOnce({ announced: 20_000, next: place })
    .mockRejectedValueOnce(new Error('the database is down'))
    .mockResolvedValueOnce({ announced: 3, next: { daysLeft: 7 } })
    .mockResolvedValueOnce({ announced: 0 });
  sendExpiryNotices
    .mockResolvedValueOnce({ sent: 100, more: true })
    .mockRejectedValueOnce(new Error('the provider is down'))
    .mockResolvedValueOnce({ sent: 7, more: false });
  const workflow = await time.client.workflow.start('announceExpiry', {
    workflowId: 'announce-expiry',
    taskQueue: taskQueues.reissue,
  });
  await time.skipToEndOf('announce-expiry');
  expect(await workflow.result()).toEqual({ announced: 20_003, sent: 107 });
  expect(announceExpiring.mock.calls.flat()).toEqual([{}, place, place, { daysLeft: 7 }]);
  expect(sendExpiryNotices).toHaveBeenCalledTimes(3);
});
