import type { Database } from '../database.js';
import type { Row } from '../rows.js';

export type TransferRow = Row<'certificate_transfer'>;
export type NewTransfer = Pick<TransferRow, 'box' | 'sender_id' | 'sender_share' | 'expires_at'>;

type Readable = Database<'select certificate_transfer'>;
type Changeable = Database<'select certificate_transfer' | 'update certificate_transfer'>;

/** Opens a transfer. @returns whether it was opened: its box and its id must be free */
export async function openTransfer(
  db: Database<'select certificate_transfer' | 'insert certificate_transfer'>,
  transfer: NewTransfer,
): Promise<boolean> {
  const opened = await db
    .insertInto('certificate_transfer')
    .values({ ...transfer, state: 'OPEN' })
    .onConflict((same) => same.doNothing())
    .returning('box')
    .executeTakeFirst();
  return opened !== undefined;
}

/** The transfer that has not expired and belongs to a device's id. */
export async function findTransfer(db: Readable, id: string, now: Date): Promise<TransferRow | undefined> {
  return db
    .selectFrom('certificate_transfer')
    .selectAll()
    .where((row) => row.or([row('sender_id', '=', id), row('receiver_id', '=', id)]))
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** Joins an open transfer, once. @returns undefined if none is open in the box */
export async function joinTransfer(
  db: Changeable,
  {
    box,
    ...receiver
  }: { readonly box: string; readonly receiver_id: string; readonly receiver_share: Buffer },
  now: Date,
): Promise<TransferRow | undefined> {
  return db
    .updateTable('certificate_transfer')
    .set({ ...receiver, state: 'JOINED' })
    .where('box', '=', box)
    .where('state', '=', 'OPEN')
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
}

/** Stores what the sender sends to the device that has joined. @returns undefined if none has, or it is no longer possible */
export async function sendTransfer(
  db: Changeable,
  senderId: string,
  content: Buffer,
  now: Date,
): Promise<TransferRow | undefined> {
  return db
    .updateTable('certificate_transfer')
    .set({ content, state: 'SENT' })
    .where('sender_id', '=', senderId)
    .where('state', 'in', ['JOINED', 'SENT'])
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
}

/** Ends a transfer and deletes its content. @param id of either device @returns undefined if it has expired or ended */
export async function endTransfer(
  db: Changeable,
  id: string,
  state: 'RECEIVED' | 'FAILED',
  now: Date,
): Promise<TransferRow | undefined> {
  return db
    .updateTable('certificate_transfer')
    .set({ content: null, state })
    .where((row) => row.or([row('sender_id', '=', id), row('receiver_id', '=', id)]))
    .where('state', 'in', ['OPEN', 'JOINED', 'SENT'])
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
}

/** @returns the number deleted */
export async function deleteExpiredTransfers(
  db: Database<'select certificate_transfer' | 'delete certificate_transfer'>,
  now: Date,
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('certificate_transfer')
    .where('expires_at', '<=', now)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
