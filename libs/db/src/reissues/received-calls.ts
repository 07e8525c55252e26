import type { Database } from '../database.js';
import type { Row } from '../rows.js';

/** The HMAC of the request with which this call was first received. */
export async function receivedRequest(
  db: Database<'select received_call'>,
  reissueId: string,
  updateId: string,
): Promise<string | undefined> {
  const received = await db
    .selectFrom('received_call')
    .select('request_hmac')
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .executeTakeFirst();
  return received?.request_hmac;
}

/**
 * Records that a call was received. The first record of a call stays.
 *
 * @returns the HMAC of the call's first request: the given one if there was no earlier record
 */
export async function receiveCall(
  db: Database<'select received_call' | 'insert received_call'>,
  call: Row<'received_call'>,
): Promise<string> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('received_call')
    .values(call)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 1n) return call.request_hmac;
  const before = await receivedRequest(db, call.reissue_id, call.update_id);
  if (before === undefined) throw new Error('a call that was received before is missing');
  return before;
}
