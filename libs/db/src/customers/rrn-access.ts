import type { Database } from '../database.js';
import type { NewRow } from '../rows.js';

/** Records and commits that numbers are about to be opened, with actor, time and purpose. */
export async function insertRrnAccesses(
  db: Database<'insert rrn_access'>,
  accesses: readonly NewRow<'rrn_access'>[],
): Promise<void> {
  if (db.isTransaction) throw new Error('access to a number must be committed before the number is opened');
  if (accesses.length > 0) await db.insertInto('rrn_access').values(accesses).execute();
}
