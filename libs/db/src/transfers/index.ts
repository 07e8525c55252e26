export {
  deleteExpiredTransfers,
  endTransfer,
  findTransfer,
  joinTransfer,
  openTransfer,
  sendTransfer,
} from './transfers.js';
export type { NewTransfer, TransferRow } from './transfers.js';
