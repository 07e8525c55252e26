import type { OperationActivities } from '#activities/operations';
import { proxyActivities } from '@temporalio/workflow';

// It goes on for as long as it takes: a batch that was interrupted begins again where its outcomes end.
const { beginOperation, runOperationItems, endOperation } = proxyActivities<OperationActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '30 s' },
});

/**
 * Carries an operation out, item after item. It is given nothing but the id: what is to be done, and whether it may be,
 * is read in PostgreSQL by each act for itself.
 */
export async function runOperation({ operationId }: { readonly operationId: string }): Promise<void> {
  if (!(await beginOperation(operationId))) return;
  while ((await runOperationItems(operationId)).more);
  await endOperation(operationId);
}
