import { WorkflowNotFoundError } from '@temporalio/client';
import { operationLifetimeMs, operationWorkflowIdOf, taskQueues } from '#libs/domain';
import { inTransaction } from '#libs/db';
import { appendItemEntries } from '#libs/db/audit';
import { lockOperation, setOperationState, staleOperations } from '#libs/db/operations';
import type { OperationContext } from './run-item.js';

/** An operation that was approved within this time may still be starting. Milliseconds. */
const startMs = 30_000;

/**
 * Starts operations whose workflow was lost or could not be started after the approval, and expires plans that were not
 * confirmed or approved in time.
 */
export async function reconcileOperations(
  { db, clock, temporal }: Pick<OperationContext, 'db' | 'clock' | 'temporal'>,
  now = clock(),
) {
  const plannedBefore = new Date(now.getTime() - operationLifetimeMs);
  const runningBefore = new Date(now.getTime() - startMs);
  for (const { operation_id: operationId, state } of await staleOperations(db, {
    plannedBefore,
    runningBefore,
  })) {
    if (state === 'RUNNING') await startAgain(temporal, operationId);
    else await expire(db, operationId, plannedBefore, now);
  }
}

async function startAgain(temporal: OperationContext['temporal'], operationId: string): Promise<void> {
  const workflowId = operationWorkflowIdOf(operationId);
  try {
    const { status } = await temporal.workflow.getHandle(workflowId).describe();
    if (status.name === 'RUNNING') return;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  await temporal.workflow.start('runOperation', {
    workflowId,
    taskQueue: taskQueues.reissue,
    args: [{ operationId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
}

const expire = (db: OperationContext['db'], operationId: string, before: Date, now: Date): Promise<void> =>
  inTransaction(db, async (tx) => {
    const row = await lockOperation(tx, operationId);
    const waits = row?.state === 'PLANNED' || row?.state === 'AWAITING_APPROVAL';
    if (!row || !waits || row.updated_at > before) return;
    await setOperationState(tx, operationId, 'EXPIRED', { ended_at: now, updated_at: now });
    await appendItemEntries(tx, operationId, {
      ...{ actor: 'system', action: 'cancelOperation', outcome: 'DONE' as const, reason: 'EXPIRED' },
      details: { operationId, kind: row.kind, digest: row.digest, requestedBy: row.requested_by },
      occurredAt: now,
    });
  });
