import type { Database, Tx } from '../database.js';
import type { Row } from '../rows.js';

export type OperationProofRow = Row<'operation_proof'>;
export type StaffKeyRow = Row<'staff_key'>;

/** Stores a proof. A person's first proof for a plan stays. */
export async function insertProof(tx: Tx<'insert operation_proof'>, proof: OperationProofRow): Promise<void> {
  await tx
    .insertInto('operation_proof')
    .values(proof)
    .onConflict((conflict) => conflict.columns(['operation_id', 'digest', 'act', 'actor']).doNothing())
    .execute();
}

export const proofsOf = (
  db: Database<'select operation_proof'> | Tx<'select operation_proof'>,
  operationId: string,
): Promise<OperationProofRow[]> =>
  db.selectFrom('operation_proof').selectAll().where('operation_id', '=', operationId).execute();

export const staffKeys = (
  db: Database<'select staff_key'> | Tx<'select staff_key'>,
): Promise<StaffKeyRow[]> =>
  db.selectFrom('staff_key').selectAll().orderBy('learned_at').orderBy('kid').execute();

/** Stores new keys. A stored key never changes. */
export async function insertStaffKeys(
  db: Database<'insert staff_key'>,
  keys: readonly (Omit<StaffKeyRow, 'jwk'> & { readonly jwk: object })[],
): Promise<void> {
  if (keys.length === 0) return;
  await db
    .insertInto('staff_key')
    .values(keys.map((key) => ({ ...key, jwk: JSON.stringify(key.jwk) })))
    .onConflict((conflict) => conflict.column('kid').doNothing())
    .execute();
}
