export {
  completeRestore,
  crlFloor,
  eventFloor,
  insertRestore,
  lastRestoreAt,
  pendingRestore,
  setRestoreFloors,
  allowRestoreWrites,
} from './restores.js';
export type { RestoreRow } from './restores.js';
