import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import {
  isFinal,
  reissueIdOf,
  taskQueues,
  workflowIdOf,
  workflowTaskTimeoutMs,
  type Clock,
} from '#libs/domain';
import {
  closeStaleIntents,
  destroyStaleVaultItems,
  findReissue,
  quietReissues,
  type Database,
  type ReissueRow,
} from '#libs/db';
import type { Logger } from '#libs/observability';

export interface ReconcileContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly temporal: Pick<Client, 'workflow'>;
  readonly logger: Logger;
}

/** Steps take seconds: what is younger than this is simply at work. Milliseconds. */
const quietMs = 60_000;
const vaultItemLifetimeMs = 24 * 3_600_000;
/** No attempt at signing lives longer than the activity's schedule-to-close timeout (2 min). */
const intentLifetimeMs = 5 * 60_000;
const batch = 10_000;

/**
 * Brings Temporal and PostgreSQL together again where one of them fell behind: a backup restored, a workflow
 * terminated by hand, a signal lost. The row decides; a certificate is never made here.
 */
export function createReconcileActivities(context: ReconcileContext) {
  return {
    async reconcileReissues(): Promise<{ restarted: number; refreshed: number; closedIntents: number }> {
      const now = context.clock();
      const before = new Date(now.getTime() - quietMs);
      const running = await runningWorkflows(context);
      let restarted = 0;
      for (const row of await quietReissues(context.db, before, batch))
        if (!running.has(row.reissue_id) && (await restart(context, row))) restarted += 1;
      let refreshed = 0;
      for (const [reissueId, startedAt] of running)
        if (startedAt < before && (await refresh(context, reissueId, before))) refreshed += 1;
      await destroyStaleVaultItems(context.db, new Date(now.getTime() - vaultItemLifetimeMs));
      const closedIntents = await closeStaleIntents(
        context.db,
        new Date(now.getTime() - intentLifetimeMs),
        now,
      );
      if (restarted + refreshed + closedIntents > 0)
        context.logger.warn({ restarted, refreshed, closedIntents }, 'reconciled rows and workflows');
      return { restarted, refreshed, closedIntents };
    },
  };
}
export type ReconcileActivities = ReturnType<typeof createReconcileActivities>;

async function runningWorkflows({ temporal }: ReconcileContext): Promise<Map<string, Date>> {
  const running = new Map<string, Date>();
  const query = `WorkflowType = 'reissueCertificate' AND ExecutionStatus = 'Running'`;
  for await (const info of temporal.workflow.list({ query }) as AsyncIterable<WorkflowExecutionInfo>) {
    const reissueId = reissueIdOf(info.workflowId);
    if (reissueId) running.set(reissueId, info.startTime);
  }
  return running;
}

/** Starts a workflow for an open row that has none. The list lags behind, so the workflow itself is asked. */
async function restart(context: ReconcileContext, row: ReissueRow): Promise<boolean> {
  const workflowId = workflowIdOf(row.reissue_id);
  try {
    const { status } = await context.temporal.workflow.getHandle(workflowId).describe();
    if (status.name === 'RUNNING') return false;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  context.logger.warn(
    { reissueId: row.reissue_id, state: row.state },
    'row ahead of workflow: starting it again',
  );
  await context.temporal.workflow.start('reissueCertificate', {
    workflowId,
    taskQueue: taskQueues.reissue,
    args: [{ reissueId: row.reissue_id, resume: true }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowTaskTimeout: workflowTaskTimeoutMs,
  });
  return true;
}

/** Nudges a workflow whose row has ended, or that has no row at all because its start never committed. */
async function refresh(context: ReconcileContext, reissueId: string, before: Date): Promise<boolean> {
  const row = await findReissue(context.db, reissueId);
  if (row && !(isFinal(row.state) && row.updated_at < before)) return false;
  await context.temporal.workflow
    .getHandle(workflowIdOf(reissueId))
    .signal('refresh')
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  return true;
}
