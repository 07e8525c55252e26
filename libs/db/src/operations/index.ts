export type { OperationItemRow, OperationRow } from '../rows.js';
export { insertProof, insertStaffKeys, proofsOf, staffKeys } from './operation-proofs.js';
export type { StaffKeyRow } from './operation-proofs.js';
export {
  findOperation,
  findOperationByRequest,
  lockOperation,
  insertOperation,
  replacePlan,
  setOperationState,
  listOperations,
  operationItems,
  itemsToNotify,
  untriedItems,
  recordItemNotification,
  recordOutcome,
  outcomesOfOperations,
  approvalsOf,
  insertApproval,
  staleOperations,
  reissuesToPlan,
  certificatesOfReissues,
} from './operations.js';
export type { PlannedReissue } from './operations.js';
