import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { reissueIdOf } from '#libs/domain';
import { inSpan, parseTraceparent, traceparentIn, withLogContext, type Logger } from '#libs/observability';

/**
 * Gives every log line of an activity its workflow, reissue, step, attempt and the trace of its message; and gives each
 * activity a span and a line of its own. A step is named as its activity until the activity knows the message.
 */
export const activityContext =
  (logger: Pick<Logger, 'info'>) =>
  ({ info }: Context): ActivityInterceptors => {
    const { activityType, activityId, attempt } = info;
    const workflowId = info.workflowExecution?.workflowId;
    const reissueId = workflowId === undefined ? undefined : reissueIdOf(workflowId);
    return {
      inbound: {
        execute: (input, next) => {
          const parent = traceparentIn(input.args);
          const traceId = parseTraceparent(parent)?.traceId;
          const fields = {
            ...{ workflowId, activityType, activityId, attempt },
            ...(reissueId && { reissueId, step: activityType }),
            ...(traceId && { traceId }),
          };
          return withLogContext(fields, () =>
            inSpan(activityType, { parent, attributes: { 'temporal.attempt': attempt } }, () =>
              logged(logger, () => next(input)),
            ),
          );
        },
      },
    };
  };

/** Logs the end of an activity. The SDK logs the error of one that failed. */
async function logged<T>(logger: Pick<Logger, 'info'>, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  let outcome = 'failed';
  try {
    const result = await work();
    outcome = 'completed';
    return result;
  } finally {
    logger.info({ outcome, ms: Math.round(performance.now() - started) }, 'activity');
  }
}
