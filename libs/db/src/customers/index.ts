export { conclusionFacts } from './conclusion-facts.js';
export {
  findCustomerKey,
  insertCustomerKeys,
  rewrapCustomerKeys,
  destroyCustomerKey,
} from './customer-keys.js';
export {
  findCustomerRrn,
  insertCustomerRrns,
  customersToRotate,
  countCustomersToRotate,
  lockCustomersToRotate,
  takenLookups,
  updateCustomerRrns,
  eraseCustomerRrn,
} from './customer-rrns.js';
export type { StoredRrn, NewRrn, RotatableCustomer } from './customer-rrns.js';
export {
  findCustomer,
  findCustomerByRrn,
  customerById,
  customerByRef,
  customerByCi,
  customerByBankId,
  customerReferencesAfter,
  eraseFromRegistry,
  lockCustomer,
  lockCustomerByBankId,
  lockCustomerOf,
} from './customers.js';
export type { ClaimedCustomer } from './customers.js';
export { customerFacts, findCustomerFact, forgetFormerContacts, putCustomerFact } from './customer-facts.js';
export type { CustomerFactRow } from './customer-facts.js';
export { deleteReceivedEvents, findReceivedEvent, insertReceivedEvent } from './received-events.js';
export { registryOverview } from './registry-overview.js';
export type { RegistryUse } from './registry-overview.js';
export { insertRrnAccesses, insertRrnAccessForVid } from './rrn-access.js';
export {
  blockedOf,
  blockOf,
  blockReissues,
  blocksOf,
  customerExists,
  deleteLiftedBlocks,
  liftBlock,
} from './reissue-blocks.js';
export type { CustomerRow } from '../rows.js';
export {
  advanceImport,
  claimImportKeys,
  completeImport,
  importById,
  insertRefusedLines,
  openImport,
  refusedLinesAfter,
} from './customer-imports.js';
export type { CustomerImportRow, ImportCounts, RefusedLine } from './customer-imports.js';
export {
  certificatesToImport,
  customersToImport,
  externalIssuers,
  insertExternalIssuers,
  ownersOfLookups,
  writeImportedCustomers,
} from './imported-customers.js';
export type { CustomerOnFile, CustomerWrites, KnownCertificate } from './imported-customers.js';
