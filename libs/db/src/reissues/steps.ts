import type { Database, Tx } from '../database.js';
import type { StepRow } from '../rows.js';

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

export async function insertStep(
  tx: Tx<'insert step'>,
  step: {
    reissue_id: string;
    update_id: string;
    kind: string;
    request_hmac: string;
    outcome: Record<string, unknown>;
    recorded_at: Date;
  },
): Promise<void> {
  await tx
    .insertInto('step')
    .values({ ...step, outcome: JSON.stringify(step.outcome) })
    .execute();
}
