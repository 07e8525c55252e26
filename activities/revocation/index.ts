export { changeStatus } from './change-status.js';
export type { StatusChange } from './change-status.js';
export { changeOf, changeOne, changeOneIn, outcomeWords } from './change-one.js';
export type { ChangeOptions, ChangeRefusal, RevocationContext } from './change-one.js';
export { changeMany, planChanges } from './change-many.js';
export type { PlannedChange } from './change-many.js';
export { normaliseSerial, readSerialList } from './serial-list.js';
export { createHoldActivities } from './long-holds.js';
export type { HoldActivities } from './long-holds.js';
