import type { Database, RoleTx, Tx } from '../database.js';
import type { NewRow } from '../rows.js';

/** Reissues that ended before a time and are not archived, oldest end first. */
export async function unarchivedReissues(
  db: Database<'select reissue'>,
  before: Date,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('reissue')
    .select('reissue_id')
    .where('ended_at', '<', before)
    .where('archived_at', 'is', null)
    .orderBy('ended_at')
    .limit(limit)
    .execute();
  return rows.map(({ reissue_id }) => reissue_id);
}

/** The earliest end of the reissues that are not archived; undefined if there is none. */
export async function oldestUnarchived(db: Database<'select reissue'>): Promise<Date | undefined> {
  const row = await db
    .selectFrom('reissue')
    .select('ended_at')
    .where('ended_at', 'is not', null)
    .where('archived_at', 'is', null)
    .orderBy('ended_at')
    .limit(1)
    .executeTakeFirst();
  return row?.ended_at ?? undefined;
}

export async function insertArchive(
  tx: Tx<'insert reissue_archive'>,
  archive: NewRow<'reissue_archive'>,
): Promise<void> {
  await tx.insertInto('reissue_archive').values(archive).execute();
}

export async function markArchived(tx: RoleTx<'worker'>, reissueId: string, at: Date): Promise<void> {
  await tx.updateTable('reissue').set({ archived_at: at }).where('reissue_id', '=', reissueId).execute();
}
