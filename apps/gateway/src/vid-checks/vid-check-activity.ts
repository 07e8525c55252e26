import { ActivityExecutionFailedError, type Client } from '@temporalio/client';
import type { VidCheckAnswer, VidCheckRequest, VidChecks } from '#activities/certificate';
import { taskQueues, vidCheckActivityIdOf } from '#libs/domain';
import { messageTrace } from '#libs/observability';
import { unavailable } from '../problems.js';

/** How much longer than the activity's own timeout the gateway waits. */
const marginMs = 1_000;

/**
 * Checks a VID by a standalone activity of the worker. The activity id is that of the check, so that concurrent calls run
 * it once.
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
          args: [{ ...request, ...messageTrace() }],
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
