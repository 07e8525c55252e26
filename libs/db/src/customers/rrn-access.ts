import type { Database } from '../database.js';
import type { NewRow } from '../rows.js';

/** Writes and commits that numbers are about to be opened: who, when, what for. */
export async function insertRrnAccesses(
  db: Database,
  accesses: readonly NewRow<'rrn_access'>[],
): Promise<void> {
  if (db.isTransaction) throw new Error('that a number is opened must be committed before it is');
  if (accesses.length > 0) await db.insertInto('rrn_access').values(accesses).execute();
}
