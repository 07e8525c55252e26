import type { Database } from '../database.js';
import type { NewRow } from '../rows.js';

/** Records that a notification was sent. */
export async function insertNotification(
  db: Database<'insert notification'>,
  row: NewRow<'notification'>,
): Promise<void> {
  await db
    .insertInto('notification')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The channels on which this notification was already sent. */
export async function usedChannels(
  db: Database<'select notification'>,
  reissueId: string,
  moment: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('notification')
    .select('channel')
    .where('reissue_id', '=', reissueId)
    .where('moment', '=', moment)
    .execute();
  return rows.map((row) => row.channel);
}
