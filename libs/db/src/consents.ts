import type { Insertable } from 'kysely';
import type { Database, Tx } from './connect.js';
import type { ConsentTable } from './database.js';

export async function insertConsents(tx: Tx, rows: readonly Insertable<ConsentTable>[]): Promise<void> {
  if (rows.length > 0)
    await tx
      .insertInto('consent')
      .values([...rows])
      .execute();
}

/** What was last said about each version of each text. */
export async function consentsOf(db: Database | Tx, reissueId: string) {
  return db
    .selectFrom('consent')
    .distinctOn(['terms_id', 'version'])
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .orderBy('terms_id')
    .orderBy('version')
    .orderBy('recorded_at', 'desc')
    .execute();
}
