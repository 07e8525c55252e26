import type { Database } from '../database.js';
import type { Row } from '../rows.js';

/** The request that this call came with, if it came in before. */
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
 * Keeps that a call came in; what came in first stays.
 *
 * @returns the request that the call stands for: the given one, or the one it came in with before
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
  if (before === undefined) throw new Error('a call that came in before is gone');
  return before;
}
