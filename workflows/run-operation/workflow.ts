import type { NotificationActivities } from '#activities/notification';
import type { OperationActivities } from '#activities/operations';
import { proxyActivities } from '@temporalio/workflow';

// It goes on for as long as it takes: a batch that was interrupted begins again where its outcomes end.
const { beginOperation, runOperationItems, endOperation } = proxyActivities<OperationActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '30 s' },
});

const { tellHolders } = proxyActivities<NotificationActivities>({
  startToCloseTimeout: '30 minutes',
  scheduleToCloseTimeout: '24 hours',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '5 s', backoffCoefficient: 2, maximumInterval: '10 minutes' },
});

/**
 * Carries an operation out, item after item. It is given nothing but the id: what is to be done, and whether it may be,
 * is read in PostgreSQL by each act for itself.
 */
export async function runOperation({ operationId }: { readonly operationId: string }): Promise<void> {
  if (await beginOperation(operationId)) {
    while ((await runOperationItems(operationId)).more);
    await endOperation(operationId);
  }
  // Also what was done before somebody cancelled the rest. Who cannot be reached within a day is not told any more.
  await tellHolders(operationId).catch(() => undefined);
}
