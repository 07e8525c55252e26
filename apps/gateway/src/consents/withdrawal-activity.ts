import { ActivityExecutionFailedError, type Client } from '@temporalio/client';
import type { ConsentWithdrawal, ConsentWithdrawalAnswer, ConsentWithdrawals } from '#activities/consent';
import { consentWithdrawalActivityIdOf, taskQueues } from '#libs/domain';
import { messageTrace } from '#libs/observability';
import { unavailable } from '../problems.js';

/** How much longer than the activity's own timeout the gateway waits. */
const marginMs = 1_000;

/**
 * Withdraws a consent by a standalone activity of the worker, because the workflow of the reissue may have ended. The
 * activity id is that of the call, so that concurrent calls run it once.
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
          args: [{ ...withdrawal, ...messageTrace() }],
          scheduleToCloseTimeout: timeoutMs,
        }),
      );
    } catch (error) {
      // The result is unknown. Repeating the call resolves this.
      if (error instanceof ActivityExecutionFailedError) throw unavailable(error);
      throw error;
    }
  };
}
