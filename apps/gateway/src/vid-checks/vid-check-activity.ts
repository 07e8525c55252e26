import { ActivityExecutionFailedError, type Client } from '@temporalio/client';
import type { VidCheckAnswer, VidCheckRequest, VidChecks } from '#activities/certificate';
import { taskQueues, vidCheckActivityIdOf } from '#libs/domain';
import { unavailable } from '../problems.js';

/** How much longer than the activity itself its end is waited for. */
const marginMs = 1_000;

/**
 * Has the worker check a VID, by an activity of its own without a workflow around it. Its id is the check's: calls that
 * come at the same time are one.
 *
 * @param timeoutMs how long to wait for the worker
 */
export function vidCheckActivity(
  client: Client,
  timeoutMs: number,
): (request: VidCheckRequest) => Promise<VidCheckAnswer> {
  return async (request) => {
    try {
      return await client.withDeadline(Date.now() + timeoutMs + marginMs, () =>
        client.activity.typed<VidChecks>().execute('checkVid', {
          id: vidCheckActivityIdOf(request.checkId),
          idConflictPolicy: 'USE_EXISTING',
          taskQueue: taskQueues.reissue,
          args: [request],
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
