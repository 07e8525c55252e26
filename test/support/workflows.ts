import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { workflowIdOf } from '#libs/domain';
import { until } from './until.js';

/** How the workflow of a reissue stands: RUNNING, COMPLETED, TERMINATED …; undefined if Temporal does not know it. */
export async function statusOfWorkflow(temporal: Client, reissueId: string): Promise<string | undefined> {
  try {
    return (await temporal.workflow.getHandle(workflowIdOf(reissueId)).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Waits until the workflow of a reissue has come to its end, and not by a failure. */
export async function untilWorkflowCompleted(temporal: Client, reissueId: string, timeoutMs = 60_000) {
  const look = async () => (await statusOfWorkflow(temporal, reissueId)) === 'COMPLETED';
  await until(`the end of the workflow of ${reissueId}`, look, { timeoutMs });
}

/**
 * Makes Temporal forget a closed workflow, as it does by itself when its retention is over. It takes up to a minute
 * after the end until Temporal has no work left to do for it.
 */
export async function forgetWorkflow(temporal: Client, reissueId: string): Promise<void> {
  const { namespace } = temporal.options;
  const isForgotten = async () => {
    const gone = (await statusOfWorkflow(temporal, reissueId)) === undefined;
    if (!gone)
      await temporal.workflowService.deleteWorkflowExecution({
        namespace,
        workflowExecution: { workflowId: workflowIdOf(reissueId) },
      });
    return gone;
  };
  await until(`Temporal to forget ${reissueId}`, isForgotten, { timeoutMs: 90_000, pauseMs: 500 });
}
