import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { canonicalJson, digestOfJson } from '#libs/audit-proofs';
import { inTransaction, type RoleDatabase } from '#libs/db';
import { appendAudit } from '#libs/db/audit';
import { lockReissue } from '#libs/db/reissues';
import { insertArchive, markArchived, unarchivedReissues } from '#libs/db/retention';
import { workflowIdOf, type Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import { decodeHistory, digestOfHistory } from '#libs/temporal';
import { redact } from './redact.js';

interface ArchiveContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly temporal: Pick<Client, 'workflow'>;
  readonly codec: PayloadCodec;
  readonly logger: Pick<Logger, 'warn'>;
  /**
   * How long after its end a reissue is archived, in milliseconds. Its workflow still notifies the customer in that
   * time.
   */
  readonly archiveAfterMs: number;
}

export interface Archived {
  readonly archived: number;
  /** Reissues whose workflow still runs or could not be read. The next run tries them again. */
  readonly postponed: number;
  readonly more: boolean;
}

const batchSize = 50;

/** Archives the histories of ended reissues, so that evidence outlives Temporal's retention. */
export function createArchiveActivities(context: ArchiveContext) {
  return {
    async archiveEnded(): Promise<Archived> {
      const { db, clock, logger } = context;
      const ended = await unarchivedReissues(
        db,
        new Date(clock().getTime() - context.archiveAfterMs),
        batchSize,
      );
      let archived = 0;
      for (const reissueId of ended)
        try {
          if (await archive(context, reissueId)) archived += 1;
        } catch (error) {
          logger.warn({ err: error, reissueId }, 'the history of a reissue cannot be archived yet');
        }
      return {
        archived,
        postponed: ended.length - archived,
        more: archived > 0 && ended.length === batchSize,
      };
    },
  };
}
export type ArchiveActivities = ReturnType<typeof createArchiveActivities>;

interface DecodedHistory {
  readonly history: readonly unknown[];
  readonly originalDigest: string;
}

/** @returns false while the workflow still runs */
async function archive(context: ArchiveContext, reissueId: string): Promise<boolean> {
  const found = await historyOf(context, workflowIdOf(reissueId));
  if (found === 'RUNNING') return false;
  const { db, clock } = context;
  await inTransaction(db, async (tx) => {
    const row = await lockReissue(tx, reissueId);
    if (!row || row.archived_at) return; // archived by another run
    const now = clock();
    const historyDigest = found && digestOfJson(found.history);
    if (found && historyDigest)
      await insertArchive(tx, {
        reissue_id: reissueId,
        history: gzipSync(canonicalJson(found.history)),
        history_digest: historyDigest,
        original_digest: found.originalDigest,
        events: found.history.length,
        archived_at: now,
      });
    await appendAudit(tx, reissueId, {
      actor: 'system',
      action: 'archiveHistory',
      ...(found
        ? {
            outcome: 'DONE',
            details: {
              historyDigest,
              originalDigest: found.originalDigest,
              events: found.history.length,
              state: row.state,
            },
          }
        : { outcome: 'FAILED', reason: 'HISTORY_GONE' }),
      occurred_at: now,
    });
    await markArchived(tx, reissueId, now);
  });
  return true;
}

/** The events of all runs, the oldest first; undefined if Temporal has none. */
async function historyOf(
  { temporal, codec }: ArchiveContext,
  workflowId: string,
): Promise<DecodedHistory | 'RUNNING' | undefined> {
  const runs: { readonly runId: string; readonly startTime: Date; readonly open: boolean }[] = [];
  try {
    const { runId, startTime, status } = await temporal.workflow.getHandle(workflowId).describe();
    runs.push({ runId, startTime, open: status.name === 'RUNNING' });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
  // Earlier runs, e.g. a start that never committed, or a workflow that was terminated and replaced.
  for await (const run of temporal.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
    if (runs.every(({ runId }) => runId !== run.runId))
      runs.push({ runId: run.runId, startTime: run.startTime, open: run.status.name === 'RUNNING' });
  if (runs.some(({ open }) => open)) return 'RUNNING';

  const history: unknown[] = [];
  const original = createHash('sha256');
  for (const { runId } of runs.toSorted(
    (one, other) => one.startTime.getTime() - other.startTime.getTime(),
  )) {
    const found = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    original.update(digestOfHistory(found));
    const events = await decodeHistory(found, codec, workflowId);
    history.push(...events.map((event) => ({ runId, ...(redact(event) as object) })));
  }
  return { history, originalDigest: original.digest('hex') };
}
