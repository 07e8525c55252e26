export { digestOfOperation } from './digest.js';
export type { ContentItem, OperationContent } from './digest.js';
export { discoverKeys } from './issuer-discovery.js';
export { approvedAct, approvedOperation, staffKeyOf } from './approved.js';
export type { ApprovedOperation, OperationAct, OperationRefusal } from './approved.js';
