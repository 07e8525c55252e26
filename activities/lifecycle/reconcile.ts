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
import { inTransaction, type RoleDatabase } from '#libs/db';
import { appendAudit } from '#libs/db/audit';
import { abandonIntents, openIntents } from '#libs/db/certificates';
import {
  destroyStaleVaultItems,
  findReissue,
  findReissues,
  lockReissue,
  idleReissues,
  type IdleReissue,
} from '#libs/db/reissues';
import { lastRestoreAt, pendingRestore } from '#libs/db/restores';
import type { NotificationActivities } from '#activities/notification';
import { reconcileOperations } from '#activities/operations';
import type { Logger } from '#libs/observability';
import { detectRestoreByCheckpoints, recordFinding } from '#libs/restore';
import { findRowsBehindWorkflows, closedBeforeRestore, rowBehindWorkflow } from './behind-workflow.js';

interface ReconcileContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly temporal: Pick<Client, 'workflow'>;
  readonly logger: Logger;
  /** The file outside the database that holds checkpoints of the audit log. */
  readonly checkpointFile?: string | undefined;
}

/** A row or workflow that changed within this time is not examined, because steps take seconds. Milliseconds. */
const quietMs = 60_000;
/** A start that did not commit within this time will not commit. Milliseconds. */
const startMs = 10 * quietMs;
const vaultItemLifetimeMs = 24 * 3_600_000;
/** Longer than any attempt to sign, which ends with the activity's schedule-to-close timeout (2 min). */
const intentLifetimeMs = 5 * 60_000;
/** How many workflows one run starts. The next run continues. */
const restartLimit = 2_000;

/**
 * Reconciles Temporal and PostgreSQL after a restored backup, a terminated workflow or a lost signal. The row decides,
 * unless a completed workflow shows that the database is the older of the two. Then nothing changes until the restore
 * is reconciled. Reconciliation never issues a certificate.
 */
export function createReconcileActivities(context: ReconcileContext) {
  return {
    async reconcileReissues(): Promise<{ restarted: number; refreshed: number; closedIntents: number }> {
      const nothing = { restarted: 0, refreshed: 0, closedIntents: 0 };
      if (await isRestored(context)) return nothing;
      const now = context.clock();
      const before = new Date(now.getTime() - quietMs);
      const running = await runningWorkflows(context);
      const idle = await idleReissues(context.db, before);
      const missing = idle.filter(({ reissue_id }) => !running.has(reissue_id)).slice(0, restartLimit);
      let restarted = 0;
      for (const together of batchesOf(missing, requestBatchSize)) {
        const found = await Promise.all(together.map((row) => findWorkflow(context, row)));
        if (found.includes('ENDED_BEFORE_ROW')) return nothing;
        const lost = together.filter((_, index) => found[index] === 'LOST');
        await Promise.all(lost.map((row) => restart(context, row)));
        restarted += lost.length;
      }
      const refreshed = await refreshStaleWorkflows(context, running, now);
      await destroyStaleVaultItems(context.db, new Date(now.getTime() - vaultItemLifetimeMs));
      const closedIntents = await closeIntents(context, now);
      await reconcileOperations(context, now);
      if (restarted + refreshed + closedIntents > 0)
        context.logger.warn({ restarted, refreshed, closedIntents }, 'reconciled rows and workflows');
      return { restarted, refreshed, closedIntents };
    },
  };
}
export type ReconcileActivities = ReturnType<typeof createReconcileActivities>;

/** Whether the database was restored from an older backup and is not reconciled yet. */
async function isRestored(context: ReconcileContext): Promise<boolean> {
  const { db, temporal, checkpointFile } = context;
  // A restore that is already recorded needs no new finding.
  if (await pendingRestore(db)) return true;
  const finding =
    (await findRowsBehindWorkflows(db, temporal)) ??
    (checkpointFile === undefined ? undefined : await detectRestoreByCheckpoints(db, checkpointFile));
  if (!finding) return false;
  await recordFinding({ ...context, process: 'worker' }, finding);
  return true;
}

async function runningWorkflows({ temporal }: ReconcileContext): Promise<Map<string, Date>> {
  const running = new Map<string, Date>();
  const query = `WorkflowType = 'reissueCertificate' AND ExecutionStatus = 'Running'`;
  for await (const info of temporal.workflow.list({ query }) as AsyncIterable<WorkflowExecutionInfo>) {
    const reissueId = reissueIdOf(info.workflowId);
    if (reissueId) running.set(reissueId, info.startTime);
  }
  return running;
}

/**
 * What became of the workflow of an open row. Temporal's list may be old, so the workflow itself is queried. A workflow that
 * completed although its row is open means that the database was restored, which is recorded.
 */
async function findWorkflow(
  context: ReconcileContext,
  row: IdleReissue,
): Promise<'LOST' | 'RUNNING' | 'ENDED' | 'ENDED_BEFORE_ROW'> {
  try {
    const workflow = context.temporal.workflow.getHandle(workflowIdOf(row.reissue_id));
    const { status, closeTime } = await workflow.describe();
    if (status.name === 'RUNNING') return 'RUNNING';
    if (status.name !== 'COMPLETED' || closedBeforeRestore(closeTime, await lastRestoreAt(context.db)))
      return 'LOST';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'LOST';
    throw error;
  }
  // A row ends before its workflow completes: an open row means that the database is the older of the two.
  const current = await findReissue(context.db, row.reissue_id);
  if (!current || isFinal(current.state)) return 'ENDED';
  await recordFinding({ ...context, process: 'worker' }, rowBehindWorkflow(current));
  return 'ENDED_BEFORE_ROW';
}

/** Starts a workflow that continues from the row. */
async function restart({ temporal, logger }: ReconcileContext, row: IdleReissue): Promise<void> {
  logger.warn({ reissueId: row.reissue_id, state: row.state }, 'row ahead of workflow: starting it again');
  await temporal.workflow.start('reissueCertificate', {
    workflowId: workflowIdOf(row.reissue_id),
    taskQueue: taskQueues.reissue,
    args: [{ reissueId: row.reissue_id, resume: true }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowTaskTimeout: workflowTaskTimeoutMs,
  });
}

/** How many rows are read, and how many workflows are started or signalled, at once. */
const rowBatchSize = 1_000;
const requestBatchSize = 10;

/**
 * Signals every running workflow that is behind its row: the row has ended, or is still missing long after the
 * workflow's start because the start never committed. A Temporal that was restored from an older backup runs workflows
 * of reissues that ended long ago.
 */
async function refreshStaleWorkflows(
  context: ReconcileContext,
  running: ReadonlyMap<string, Date>,
  now: Date,
): Promise<number> {
  const since = (at: Date) => now.getTime() - at.getTime();
  let refreshed = 0;
  const started = [...running].filter(([, startedAt]) => since(startedAt) > quietMs);
  for (const some of batchesOf(started, rowBatchSize)) {
    const ids = some.map(([reissueId]) => reissueId);
    const rows = new Map((await findReissues(context.db, ids)).map((row) => [row.reissue_id, row]));
    const behind = some.filter(([reissueId, startedAt]) => {
      const row = rows.get(reissueId);
      return row ? isFinal(row.state) && since(row.updated_at) > quietMs : since(startedAt) > startMs;
    });
    for (const together of batchesOf(behind, requestBatchSize)) {
      const signalled = await Promise.all(together.map(([reissueId]) => refresh(context, reissueId)));
      refreshed += signalled.filter(Boolean).length;
    }
  }
  return refreshed;
}

/**
 * Signals a workflow to read its row, unless it only waits for a notification. A notification is tried for an hour,
 * and a signal every minute would only lengthen the history.
 */
async function refresh({ temporal }: ReconcileContext, reissueId: string): Promise<boolean> {
  const workflow = temporal.workflow.getHandle(workflowIdOf(reissueId));
  try {
    const { raw } = await workflow.describe();
    const waiting = (raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? '');
    if (waiting.some((name) => notifications.has(name))) return false;
    await workflow.signal('refresh');
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** The activities that notify a customer. */
const notifications: ReadonlySet<string> = new Set<keyof NotificationActivities>(['notify', 'notifyAll']);

function* batchesOf<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

/**
 * Closes signing intents that no running attempt can still fulfil. A late signature finds its intent closed and is
 * discarded. The reissue's next attempt uses a new serial.
 */
async function closeIntents({ db }: ReconcileContext, now: Date): Promise<number> {
  let closed = 0;
  for (const { serial, reissue_id: reissueId } of await openIntents(
    db,
    new Date(now.getTime() - intentLifetimeMs),
  ))
    await inTransaction(db, async (tx) => {
      if (reissueId) await lockReissue(tx, reissueId);
      if (!(await abandonIntents(tx, [serial], now)).has(serial)) return;
      closed += 1;
      if (reissueId)
        await appendAudit(tx, reissueId, {
          actor: 'system',
          action: 'closeIntent',
          outcome: 'ABANDONED',
          reason: 'no attempt can still live to store it',
          details: { serial },
          occurred_at: now,
        });
    });
  return closed;
}
