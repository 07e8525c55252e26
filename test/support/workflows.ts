import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { workflowIdOf } from '#libs/domain';
import { until } from './until.js';

/** The status of a reissue's workflow: RUNNING, COMPLETED, TERMINATED …; undefined if Temporal does not know it. */
export async function statusOfWorkflow(temporal: Client, reissueId: string): Promise<string | undefined> {
  try {
    return (await temporal.workflow.getHandle(workflowIdOf(reissueId)).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Waits until the workflow of a reissue has completed successfully. */
export async function untilWorkflowCompleted(temporal: Client, reissueId: string, timeoutMs = 60_000) {
  const look = async () => (await statusOfWorkflow(temporal, reissueId)) === 'COMPLETED';
  await until(`the end of the workflow of ${reissueId}`, look, { timeoutMs });
}

/**
 * Deletes a closed workflow from Temporal, as its retention does. Temporal may need a minute after the end of a workflow to
 * finish its own work on it.
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
  await until(`Temporal to delete ${reissueId}`, isForgotten, { timeoutMs: 90_000, pauseMs: 500 });
}
