import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { withLogContext } from '#libs/observability';

/** Adds workflow id, activity and attempt to every log line of an activity. */
export function activityLogContext({ info }: Context): ActivityInterceptors {
  const { activityType, activityId, attempt } = info;
  const workflowId = info.workflowExecution?.workflowId;
  return {
    inbound: {
      execute: (input, next) =>
        withLogContext({ workflowId, activityType, activityId, attempt }, () => next(input)),
    },
  };
}
