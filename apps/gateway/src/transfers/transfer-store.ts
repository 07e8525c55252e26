import type { RoleDatabase } from '#libs/db';
import {
  deleteExpiredTransfers,
  endTransfer,
  findTransfer,
  joinTransfer,
  openTransfer,
  sendTransfer,
  type NewTransfer,
  type TransferRow,
} from '#libs/db/transfers';

/** The transfers that have not expired. Each method reads or changes one of them, or returns undefined if it cannot. */
export interface TransferStore {
  /** @returns whether the box and the id were free */
  open(transfer: NewTransfer, now: Date): Promise<boolean>;
  find(id: string, now: Date): Promise<TransferRow | undefined>;
  join(
    receiver: { readonly box: string; readonly receiver_id: string; readonly receiver_share: Buffer },
    now: Date,
  ): Promise<TransferRow | undefined>;
  send(senderId: string, content: Buffer, now: Date): Promise<TransferRow | undefined>;
  end(id: string, state: 'RECEIVED' | 'FAILED', now: Date): Promise<TransferRow | undefined>;
}

export const transferStoreIn = (db: RoleDatabase<'gateway'>): TransferStore => ({
  open: async (transfer, now) => {
    await deleteExpiredTransfers(db, now);
    return openTransfer(db, transfer);
  },
  find: (id, now) => findTransfer(db, id, now),
  join: (receiver, now) => joinTransfer(db, receiver, now),
  send: (senderId, content, now) => sendTransfer(db, senderId, content, now),
  end: (id, state, now) => endTransfer(db, id, state, now),
});
