import { inTransaction } from '#libs/db';
import { appendItemEntries } from '#libs/db/audit';
import {
  approvalsOf,
  lockOperation,
  outcomesOfOperations,
  recordOutcome,
  setOperationState,
  untriedItems,
} from '#libs/db/operations';
import { approvedOperation } from '#libs/approvals';
import { runItem, type OperationContext } from './run-item.js';
import { fetchMissingStaffKeys } from './staff-keys.js';

/** How many items one activity tries, and how many at once. A step that still fails takes minutes. */
const batchSize = 200;
const concurrency = 8;

/** Runs operations that operators planned and confirmed and, if their kind needs it, a second person approved. */
export function createOperationActivities(context: OperationContext) {
  const { db, clock, logger } = context;
  return {
    /** Marks an operation as begun, once. @returns whether it may run; a refusal is audited */
    async beginOperation(operationId: string): Promise<boolean> {
      await fetchMissingStaffKeys(context, operationId);
      return inTransaction(db, async (tx) => {
        const row = await lockOperation(tx, operationId);
        const now = clock();
        const operation = await approvedOperation(tx, operationId, now);
        if (typeof operation !== 'string') {
          if (row?.started_at) return true;
          await setOperationState(tx, operationId, 'RUNNING', { started_at: now, updated_at: now });
          await appendItemEntries(tx, operationId, {
            ...{ actor: operation.requestedBy, action: 'runOperation', outcome: 'STARTED' as const },
            details: {
              ...{ operationId, kind: operation.kind, digest: operation.digest },
              ...{ items: operation.items.length, requestedBy: operation.requestedBy },
              approvedBy: operation.approvedBy,
            },
            occurredAt: now,
          });
          return true;
        }
        await appendItemEntries(tx, operationId, {
          ...{ actor: 'system', action: 'runOperation', outcome: 'REFUSED' as const, reason: operation },
          details: {
            operationId,
            ...(row && { kind: row.kind, digest: row.digest, requestedBy: row.requested_by }),
          },
          occurredAt: now,
        });
        if (row?.state === 'RUNNING')
          await setOperationState(
            tx,
            operationId,
            operation === 'OPERATION_EXPIRED' ? 'EXPIRED' : 'REJECTED',
            {
              ended_at: now,
              updated_at: now,
            },
          );
        logger.warn({ operationId, reason: operation }, 'an operation was refused');
        return false;
      });
    },

    /** Tries the next items, several at once. Each outcome is written before another item is tried in its place. */
    async runOperationItems(operationId: string): Promise<{ more: boolean }> {
      const operation = await inTransaction(db, (tx) => approvedOperation(tx, operationId, clock()));
      if (typeof operation === 'string') return { more: false };
      const items = await untriedItems(db, operationId, batchSize);
      const waiting = items.values();
      let failure: { error: unknown } | undefined;
      let stopped = false;
      const lane = async () => {
        for (const item of waiting) {
          if (failure || stopped) return;
          try {
            const result = await runItem(context, operation, item);
            if (!result) stopped = true;
            else await recordOutcome(db, { operationId, target: item.target }, { ...result, at: clock() });
          } catch (error) {
            failure ??= { error };
          }
        }
      };
      await Promise.all(Array.from({ length: concurrency }, lane));
      if (failure) throw failure.error;
      return { more: !stopped && items.length === batchSize };
    },

    /** Marks an operation as done, unless it has ended already. */
    endOperation: (operationId: string): Promise<void> =>
      inTransaction(db, async (tx) => {
        const row = await lockOperation(tx, operationId);
        if (row?.state !== 'RUNNING') return;
        const now = clock();
        const counts = await outcomesOfOperations(tx, [operationId]);
        // Items are left untried if the operation was changed after it had begun.
        const refused = counts.some(({ outcome }) => outcome === null);
        const state = refused ? 'REJECTED' : 'DONE';
        await setOperationState(tx, operationId, state, { ended_at: now, updated_at: now });
        const approval = (await approvalsOf(tx, [operationId])).find(
          ({ digest, decision }) => digest === row.digest && decision === 'APPROVED',
        );
        await appendItemEntries(tx, operationId, {
          ...{
            actor: row.requested_by,
            action: 'runOperation',
            outcome: refused ? ('REFUSED' as const) : ('DONE' as const),
          },
          details: {
            ...{ operationId, kind: row.kind, digest: row.digest, items: row.items },
            ...{ requestedBy: row.requested_by, approvedBy: approval?.decided_by ?? null },
            outcomes: Object.fromEntries(counts.map(({ outcome, count }) => [outcome ?? 'UNTRIED', count])),
          },
          occurredAt: now,
        });
      }),
  };
}
export type OperationActivities = ReturnType<typeof createOperationActivities>;
export type { OperationContext } from './run-item.js';
export { fetchStaffKeys } from './staff-keys.js';
export type { StaffIssuerSettings } from './staff-keys.js';
export { reconcileOperations } from './reconcile-operations.js';
export { createWebhookActivities } from './test-webhook.js';
export type { WebhookActivities } from './test-webhook.js';
