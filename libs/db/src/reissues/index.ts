export type { ReissueRow, NewReissue, ReissueChanges, StepRow } from '../database.js';
export { accessStandingOf, forgetAccessRevocations, revokeAccess } from './access-revocations.js';
export type { AccessStanding } from './access-revocations.js';
export {
  insertConsents,
  consentsOf,
  consentRecordsOf,
  insertConsentReceipt,
  consentReceiptsOf,
} from './consents.js';
export { insertNotification, channelsTold } from './notifications.js';
export { parkedCounts, locksSince } from './parked-reissues.js';
export type { ParkedCount } from './parked-reissues.js';
export { receiveCall, receivedRequest } from './received-calls.js';
export {
  listReissues,
  reissueIdsOf,
  countReissues,
  countReissuesBy,
  listedReissue,
  reissueSorts,
  reissueGroupings,
  countedAtMost,
} from './reissue-lists.js';
export type {
  ListedReissue,
  ReissueSort,
  ReissueGrouping,
  CountedReissues,
  PlaceInList,
} from './reissue-lists.js';
export {
  findReissue,
  findReissues,
  lockReissue,
  lockReissues,
  insertReissue,
  updateReissue,
  markDownloaded,
  openReissuesOf,
  registeredSince,
  quietReissues,
} from './reissues.js';
export { findStep, insertStep, stepsOfKind } from './steps.js';
export {
  putVaultItem,
  readVaultItem,
  readVaultItemOfReissue,
  destroyVaultItemsOfStep,
  destroyVaultItemsOfReissue,
  destroyStaleVaultItems,
} from './vault-items.js';
export type { SealedItem } from './vault-items.js';
