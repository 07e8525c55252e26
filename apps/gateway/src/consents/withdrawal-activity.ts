import { ActivityExecutionFailedError, type Client } from '@temporalio/client';
import type { ConsentWithdrawal, ConsentWithdrawalAnswer, ConsentWithdrawals } from '#activities/consent';
import { consentWithdrawalActivityIdOf, taskQueues } from '#libs/domain';
import { unavailable } from '../problems.js';

/** How much longer than the activity itself its end is waited for. */
const marginMs = 1_000;

/**
 * Has the worker take a consent back, by an activity of its own: the reissue's workflow may be long gone. Its id is the
 * call's: calls that come at the same time are one.
 *
 * @param timeoutMs how long to wait for the worker
 */
export function withdrawalActivity(
  client: Client,
  timeoutMs: number,
): (withdrawal: ConsentWithdrawal) => Promise<ConsentWithdrawalAnswer> {
  return async (withdrawal) => {
    try {
      return await client.withDeadline(Date.now() + timeoutMs + marginMs, () =>
        client.activity.typed<ConsentWithdrawals>().execute('withdrawConsent', {
          id: consentWithdrawalActivityIdOf(withdrawal.reissueId, withdrawal.updateId),
          idConflictPolicy: 'USE_EXISTING',
          taskQueue: taskQueues.reissue,
          args: [withdrawal],
          scheduleToCloseTimeout: timeoutMs,
        }),
      );
    } catch (error) {
      // Nothing was answered, and the same call again makes sure of it.
      if (error instanceof ActivityExecutionFailedError) throw unavailable(error);
      throw error;
    }
  };
}
