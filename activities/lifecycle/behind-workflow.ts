import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { RoleDatabase } from '#libs/db';
import { findReissues } from '#libs/db/reissues';
import { lastRestoreAt } from '#libs/db/restores';
import { isFinal, reissueIdOf } from '#libs/domain';
import type { RestoreFinding } from '#libs/restore';

/** How many of the workflows that completed last are compared with their rows. */
const checkedWorkflows = 200;

/**
 * Finds a reissue whose workflow has completed although its row has not ended, or is missing. A workflow completes only
 * after its row has ended, so the database was restored from an older backup. Temporal lists the workflows that closed
 * last first. Workflows that closed before a reconciled restore do not count: their reissues may have been continued.
 */
export async function findRowsBehindWorkflows(
  db: RoleDatabase<'worker'>,
  temporal: Pick<Client, 'workflow'>,
): Promise<RestoreFinding | undefined> {
  const query = `WorkflowType = 'reissueCertificate' AND ExecutionStatus = 'Completed'`;
  const since = await lastRestoreAt(db);
  const ids: string[] = [];
  for await (const info of temporal.workflow.list({ query, pageSize: checkedWorkflows }) as AsyncIterable<
    Pick<WorkflowExecutionInfo, 'workflowId' | 'closeTime'>
  >) {
    if (closedBeforeRestore(info.closeTime, since)) break;
    const reissueId = reissueIdOf(info.workflowId);
    if (reissueId) ids.push(reissueId);
    if (ids.length >= checkedWorkflows) break;
  }
  const rows = new Map((await findReissues(db, ids)).map((row) => [row.reissue_id, row]));
  for (const reissueId of ids) {
    const row = rows.get(reissueId);
    if (!row) return { finding: 'ROW_MISSING', details: { reissueId } };
    if (!isFinal(row.state)) return rowBehindWorkflow(row);
  }
  return undefined;
}

/** Whether a workflow closed before the last restore was reconciled. */
export const closedBeforeRestore = (closeTime: Date | undefined, restoredAt: Date | undefined): boolean =>
  closeTime !== undefined && restoredAt !== undefined && closeTime <= restoredAt;

/** The finding that a workflow has completed and its row has not ended. */
export const rowBehindWorkflow = (row: {
  readonly reissue_id: string;
  readonly state: string;
}): RestoreFinding => ({
  finding: 'ROW_BEHIND_WORKFLOW',
  details: { reissueId: row.reissue_id, state: row.state },
});
