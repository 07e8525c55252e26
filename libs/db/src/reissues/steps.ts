import type { Database, Tx } from '../database.js';
import type { StepRow } from '../rows.js';
import type { Write } from '../writes.js';

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
