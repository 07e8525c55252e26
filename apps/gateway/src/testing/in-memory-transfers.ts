import type { TransferRow } from '#libs/db/transfers';
import type { TransferStore } from '../transfers/transfer-store.js';

/** The transfers of an in-memory gateway, with the rules of the queries. */
export class InMemoryTransfers implements TransferStore {
  readonly rows: TransferRow[] = [];

  async open(transfer: Parameters<TransferStore['open']>[0], now: Date): Promise<boolean> {
    const taken = this.rows.some(
      ({ box, sender_id, expires_at }) =>
        expires_at > now && (box === transfer.box || sender_id === transfer.sender_id),
    );
    if (taken) return false;
    this.rows.push({ ...transfer, state: 'OPEN', receiver_id: null, receiver_share: null, content: null });
    return true;
  }

  async find(id: string, now: Date): Promise<TransferRow | undefined> {
    return this.rows.find((row) => row.expires_at > now && [row.sender_id, row.receiver_id].includes(id));
  }

  join({ box, ...receiver }: Parameters<TransferStore['join']>[0], now: Date) {
    return this.change(
      (row) => row.box === box && row.state === 'OPEN',
      { ...receiver, state: 'JOINED' },
      now,
    );
  }

  send(senderId: string, content: Buffer, now: Date) {
    const joined = (row: TransferRow) =>
      row.sender_id === senderId && (row.state === 'JOINED' || row.state === 'SENT');
    return this.change(joined, { content, state: 'SENT' }, now);
  }

  end(id: string, state: 'RECEIVED' | 'FAILED', now: Date) {
    const running = (row: TransferRow) =>
      [row.sender_id, row.receiver_id].includes(id) && !['RECEIVED', 'FAILED'].includes(row.state);
    return this.change(running, { content: null, state }, now);
  }

  private async change(
    which: (row: TransferRow) => boolean,
    change: Partial<TransferRow>,
    now: Date,
  ): Promise<TransferRow | undefined> {
    const row = this.rows.find((one) => one.expires_at > now && which(one));
    return row && Object.assign(row, change);
  }
}
