import { compiledOnce } from '../compiled-once.js';
import type { Database, Tx } from '../database.js';
import type { ReissueRow, StepRow } from '../rows.js';
import type { Write } from '../writes.js';
import { shownColumns, splitShown, type ShownCertificates } from './shown-certificates.js';

export async function findStep(
  db: Database<'select step'> | Tx<'select step'>,
  reissueId: string,
  updateId: string,
): Promise<StepRow | undefined> {
  return db
    .selectFrom('step')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .executeTakeFirst();
}

/** The steps of one kind, the newest first. */
export async function stepsOfKind(
  tx: Tx<'select step'>,
  reissueId: string,
  kind: string,
): Promise<StepRow[]> {
  return tx
    .selectFrom('step')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('kind', '=', kind)
    .orderBy('recorded_at', 'desc')
    .execute();
}

/** A locked reissue, and what every step reads with it. */
export interface LockedForStep {
  readonly row: ReissueRow;
  /** The recorded answer, if the step ran before. */
  readonly recorded: Pick<StepRow, 'outcome' | 'request_hmac'> | undefined;
  readonly certificates: ShownCertificates;
}

/**
 * Locks a reissue for a step, and reads what every step needs.
 *
 * What a statement reads besides the row that it locks is older than the lock, if it had to wait for it. Every step
 * appends to the audit trail, so if no entry was counted meanwhile, no step was recorded either. Otherwise the statement
 * runs again, under the lock.
 */
export async function lockForStep(
  tx: StepLock,
  reissueId: string,
  updateId: string,
): Promise<LockedForStep | undefined> {
  const found = await lockAndRead(tx, reissueId, updateId);
  return found?.row.audit_sequence === found?.seen ? found : lockAndRead(tx, reissueId, updateId);
}

type StepLock = Tx<'select certificate' | 'select reissue' | 'select step' | 'update reissue'>;

const selectForStep = compiledOnce(
  (tx: StepLock, { reissueId, updateId }: { readonly reissueId: string; readonly updateId: string }) =>
    tx
      .selectFrom('reissue')
      .leftJoin('step', (join) =>
        join.onRef('step.reissue_id', '=', 'reissue.reissue_id').on('step.update_id', '=', updateId),
      )
      .leftJoin('certificate as new', 'new.serial', 'reissue.serial')
      .leftJoin('certificate as old', 'old.serial', 'reissue.old_serial')
      .selectAll('reissue')
      .select((query) =>
        query
          .selectFrom('reissue as seen')
          .select('audit_sequence')
          .where('reissue_id', '=', reissueId)
          .as('seen'),
      )
      .select(['step.outcome', 'step.request_hmac'])
      .select(shownColumns)
      .where('reissue.reissue_id', '=', reissueId)
      .forNoKeyUpdate('reissue'),
);

async function lockAndRead(
  tx: StepLock,
  reissueId: string,
  updateId: string,
): Promise<(LockedForStep & { readonly seen: number | null }) | undefined> {
  const [found] = await selectForStep(tx, { reissueId, updateId });
  if (!found) return undefined;
  const { seen, outcome, request_hmac, ...reissue } = found;
  return {
    ...splitShown(reissue),
    seen,
    recorded: outcome !== null && request_hmac !== null ? { outcome, request_hmac } : undefined,
  };
}

/** The answer to a call, as it is recorded. */
export interface NewStep {
  readonly reissue_id: string;
  readonly update_id: string;
  readonly kind: string;
  readonly request_hmac: string;
  readonly outcome: Record<string, unknown>;
  readonly recorded_at: Date;
}

export const insertStep = (tx: Tx<'insert step'>, step: NewStep): Write =>
  tx.insertInto('step').values({ ...step, outcome: JSON.stringify(step.outcome) });
