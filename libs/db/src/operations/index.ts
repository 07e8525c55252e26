export type { OperationApprovalRow, OperationItemRow, OperationRow } from '../rows.js';
export { insertProof, insertStaffKeys, proofsOf, staffKeys } from './operation-proofs.js';
export type { OperationProofRow, StaffKeyRow } from './operation-proofs.js';
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
export type { NewOperation, NewOperationItem, PlannedReissue } from './operations.js';
