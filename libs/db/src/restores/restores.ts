import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { Row } from '../rows.js';

export type RestoreRow = Row<'restore'>;

/** The restore that is not reconciled yet; while there is one, the database refuses changes. */
export async function pendingRestore(
  db: Database<'select restore'> | Tx<'select restore'>,
): Promise<RestoreRow | undefined> {
  return db.selectFrom('restore').selectAll().where('completed_at', 'is', null).executeTakeFirst();
}

/** The time at which the last restore was reconciled; undefined if there was none. */
export async function lastRestoreAt(
  db: Database<'select restore'> | Tx<'select restore'>,
): Promise<Date | undefined> {
  const row = await db
    .selectFrom('restore')
    .select(({ fn }) => fn.max('completed_at').as('at'))
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/** Records that a restore was found. @returns false if one is pending already */
export async function insertRestore(
  db: Database<'insert restore'> | Tx<'insert restore'>,
  restore: {
    readonly finding: string;
    readonly details: Readonly<Record<string, unknown>>;
    readonly foundBy: string;
    readonly foundAt: Date;
  },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('restore')
    .values({
      finding: restore.finding,
      details: JSON.stringify(restore.details),
      found_by: restore.foundBy,
      found_at: restore.foundAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** Allows this transaction to write although a restore is pending. */
export async function allowRestoreWrites(tx: Tx): Promise<void> {
  await sql`SELECT set_config('reseal.after_restore', 'on', true)`.execute(tx);
}

/** The numbers above which events and CRLs continue after a restore. */
export interface RestoreFloors {
  readonly eventFloor: number;
  readonly crlFloor: bigint;
}

/**
 * Sets the numbers above which events and CRLs continue, unless the pending restore has them already. The caller has called
 * {@link allowRestoreWrites}.
 */
export async function setRestoreFloors(
  tx: Tx,
  { eventFloor: floor, crlFloor }: RestoreFloors,
): Promise<void> {
  await tx
    .updateTable('restore')
    .set({ event_floor: floor, crl_floor: String(crlFloor) })
    .where('completed_at', 'is', null)
    .where('event_floor', 'is', null)
    .execute();
  // The column default covers new rows.
  const now = await eventFloor(tx);
  for (const table of ['reissue', 'certificate'] as const)
    await tx.updateTable(table).set({ event_sequence: now }).where('event_sequence', '<', now).execute();
}

/** Ends the pending restore, whose floors are set: the database accepts changes again. */
export async function completeRestore(
  tx: Tx,
  by: { readonly completedBy: string; readonly at: Date },
): Promise<void> {
  await tx
    .updateTable('restore')
    .set({ completed_by: by.completedBy, completed_at: by.at })
    .where('completed_at', 'is', null)
    .execute();
}

/** The number above which all event streams continue; 0 if the database was never restored. */
export async function eventFloor(db: Database<never> | Tx<never>): Promise<number> {
  const { rows } = await sql<{ floor: number }>`SELECT event_floor() AS floor`.execute(db);
  return rows[0]?.floor ?? 0;
}

/** The number above which CRLs continue; 0 if the database was never restored. */
export async function crlFloor(db: Database<'select restore'> | Tx<'select restore'>): Promise<bigint> {
  const row = await db
    .selectFrom('restore')
    .select(({ fn }) => fn.max('crl_floor').as('floor'))
    .executeTakeFirst();
  return BigInt(row?.floor ?? 0);
}
