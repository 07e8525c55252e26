export { digestOfOperation } from './digest.js';
export type { ContentItem } from './digest.js';
export { discoverKeys } from './issuer-discovery.js';
export { approvedAct, approvedOperation, staffKeyOf } from './approved.js';
export type { ApprovedOperation, OperationRefusal } from './approved.js';
