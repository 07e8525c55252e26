import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { withLogContext } from '#libs/observability';

/** Everything an activity logs says which activity of which workflow it is, and which attempt. */
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
