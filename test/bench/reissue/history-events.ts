import type { Client } from '@temporalio/client';
import { until } from '../../support/until.js';

/** Waits until a workflow has closed, and counts the events of its history. */
export async function historyEventsOf(client: Client, workflowId: string): Promise<number> {
  const handle = client.workflow.getHandle(workflowId);
  return until(`the end of ${workflowId}`, async () => {
    const { closeTime, historyLength } = await handle.describe();
    return closeTime && historyLength;
  });
}
