import { afterAll, describe, it, jest } from '@jest/globals';
import { continueReissue, expectCompletedOnce, ordinaryPath } from '../support/crowd.js';
import { asAdmin, copyDatabase, replaceDatabase } from '../support/database-copies.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl } from '../support/stack-control.js';
import { untilWorkflowCompleted } from '../support/workflows.js';

jest.setTimeout(400_000);
const stack = connectToStack();
const control = new StackControl();
afterAll(async () => {
  await control.restore(stack);
  await stack.close();
});

const databases = ['temporal', 'temporal_visibility'];
const backupOf = (database: string) => `${database}_backup`;
const patient = { patienceMs: 180_000 };

describe("Temporal's databases, restored from a backup older than Reseal's", () => {
  it('Every reissue goes on where it was, and completes once', async () => {
    const [untouched, advanced, registered, started] = await Promise.all([
      stack.newCustomer(),
      stack.newCustomer(),
      stack.newCustomer(),
      stack.newCustomer(),
    ]);
    await Promise.all([untouched, advanced, registered].map((customer) => continueReissue(customer, 2)));
    await withTemporalStopped(async () => {
      for (const each of databases) await copyDatabase(each, backupOf(each), 'reseal_temporal');
    });
    try {
      await continueReissue(advanced, 4, patient);
      await continueReissue(registered, ordinaryPath.length, patient);
      await continueReissue(started, 3, patient);
      await untilWorkflowCompleted(stack.temporal, registered.reissueId);

      await withTemporalStopped(async () => {
        for (const each of databases) await replaceDatabase(each, backupOf(each), 'reseal_temporal');
      });

      const crowd = [untouched, advanced, registered, started];
      await Promise.all(crowd.map((customer) => continueReissue(customer, ordinaryPath.length, patient)));
      await expectCompletedOnce(stack, crowd);
      for (const { reissueId } of crowd) await untilWorkflowCompleted(stack.temporal, reissueId, 180_000);
    } finally {
      for (const each of databases) await asAdmin(`drop database if exists ${backupOf(each)} with (force)`);
    }
  });
});

/** The worker remembers workflows as they were, so it stops too. */
async function withTemporalStopped(work: () => Promise<void>): Promise<void> {
  for (const each of ['worker', 'temporal'] as const) await control.stop(each);
  await work();
  for (const each of ['temporal', 'worker'] as const) await control.start(each);
}
