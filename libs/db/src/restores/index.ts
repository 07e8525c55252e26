export {
  completeRestore,
  crlFloor,
  eventFloor,
  insertRestore,
  lastRestoreAt,
  pendingRestore,
  setRestoreFloors,
  workOnRestore,
} from './restores.js';
export type { RestoreFloors, RestoreRow } from './restores.js';
