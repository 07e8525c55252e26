export type { ReissueRow, NewReissue, ReissueChanges, StepRow } from '../rows.js';
export { deleteExpiredAccessRevocations, revokeAccess } from './access-revocations.js';
export { callStateOf } from './call-state.js';
export type { CallState } from './call-state.js';
export {
  insertConsents,
  consentsAndBlockOf,
  consentsOf,
  consentRecordsOf,
  insertConsentReceipt,
  consentReceiptsOf,
} from './consents.js';
export type { GivenConsent } from './consents.js';
export { insertNotification, notificationFacts } from './notifications.js';
export type { NotificationFacts } from './notifications.js';
export {
  deleteGivenUpNotifications,
  finishNotification,
  notificationPart,
  putOffNotification,
  takeNotifications,
  waitingNotifications,
} from './notification-outbox.js';
export type { TakenNotification } from './notification-outbox.js';
export { countParkedReissues, countLocksSince } from './alert-counts.js';
export { customerRefsOf, reissuesOfTrace } from './callers.js';
export { claimReissue, claimsOf, notesOn, releaseClaim } from './claims.js';
export type { ReissueClaim } from './claims.js';
export { receiveCall, receivedRequest } from './received-calls.js';
export type { NewCall, ReceivedCall, SealedValueOfCall } from './received-calls.js';
export {
  listReissues,
  reissueIdsOf,
  countReissues,
  countReissuesBy,
  listedReissue,
  reissueSorts,
  reissueGroupings,
} from './reissue-lists.js';
export type { ListedReissue } from './reissue-lists.js';
export {
  arrivalsByHour,
  challengesByMethod,
  endsByHour,
  parkedBySystem,
  parkedSystems,
  timeToCertificate,
} from './reissue-figures.js';
export type { Period } from './reissue-figures.js';
export {
  findReissue,
  findReissues,
  reissueIdOfReceipt,
  lockReissue,
  insertReissue,
  updateReissue,
  markDownloaded,
  openReissuesOf,
  idleReissues,
} from './reissues.js';
export type { IdleReissue } from './reissues.js';
export { findStep, insertStep, lockForStep, stepsOfKind } from './steps.js';
export type { NewStep } from './steps.js';
export type { ShownCertificates } from './shown-certificates.js';
export {
  readVaultItem,
  readVaultItemsOfReissue,
  destroyVaultItemsOfStep,
  destroyVaultItemsOfReissue,
  destroyStaleVaultItems,
} from './vault-items.js';
export type { SealedItem } from './vault-items.js';
