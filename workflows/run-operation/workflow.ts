import type { NotificationActivities } from '#activities/notification';
import type { OperationActivities } from '#activities/operations';
import { proxyActivities } from '@temporalio/workflow';

// Retried without end: an interrupted batch continues after its last outcome.
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
 * Carries out an operation, item by item. It gets only the id: each act reads in PostgreSQL what to do, and whether it
 * is approved.
 */
export async function runOperation({ operationId }: { readonly operationId: string }): Promise<void> {
  if (await beginOperation(operationId)) {
    while ((await runOperationItems(operationId)).more);
    await endOperation(operationId);
  }
  // Also after a cancellation, for the items that were done before it. Notifications are tried for a day.
  await tellHolders(operationId).catch(() => undefined);
}
