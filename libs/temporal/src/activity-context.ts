import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { inSpan, parseTraceparent, traceparentIn, withLogContext } from '#libs/observability';

/** Adds workflow id, activity, attempt and the trace of its message to every log line of an activity, which gets a span. */
export function activityContext({ info }: Context): ActivityInterceptors {
  const { activityType, activityId, attempt } = info;
  const workflowId = info.workflowExecution?.workflowId;
  return {
    inbound: {
      execute: (input, next) => {
        const parent = traceparentIn(input.args);
        const traceId = parseTraceparent(parent)?.traceId;
        const fields = { workflowId, activityType, activityId, attempt, ...(traceId && { traceId }) };
        return withLogContext(fields, () =>
          inSpan(activityType, { parent, attributes: { 'temporal.attempt': attempt } }, () => next(input)),
        );
      },
    },
  };
}
