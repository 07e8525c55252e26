import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { NewRow, Row } from '../rows.js';

/** An event of the bank that was handled. */
export type ReceivedEventRow = Row<'received_event'>;

/** The event with this source and id, if it was handled before. */
export async function findReceivedEvent(
  tx: Tx<'select received_event'>,
  source: string,
  id: string,
): Promise<ReceivedEventRow | undefined> {
  return tx
    .selectFrom('received_event')
    .selectAll()
    .where('source', '=', source)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Records that an event was handled. @throws if it was handled before */
export async function insertReceivedEvent(
  tx: Tx<'insert received_event'>,
  event: NewRow<'received_event'>,
): Promise<void> {
  await tx.insertInto('received_event').values(event).execute();
}

/** Deletes events that were handled before a time. @returns the number deleted */
export async function deleteReceivedEvents(
  db: Database<'select received_event' | 'delete received_event'>,
  handledBefore: Date,
  limit: number,
): Promise<number> {
  const result = await sql`
    DELETE FROM received_event WHERE (source, id) IN (
      SELECT source, id FROM received_event WHERE handled_at < ${handledBefore} ORDER BY handled_at LIMIT ${limit})
  `.execute(db);
  return Number(result.numAffectedRows ?? 0);
}
