export { latestRootCrl, RootCrlConflict, storeRootCrl } from './root-crls.js';
export type { RootCrlRow } from './root-crls.js';
export { accessStandingOf, forgetAccessRevocations, revokeAccess } from './access-revocations.js';
export type { AccessStanding } from './access-revocations.js';
export { createDatabase, createPool, inTransaction } from './connect.js';
export { createSession } from './answering-client.js';
export type { SessionOptions } from './answering-client.js';
export type { Database, Tx, DatabaseOptions } from './connect.js';
export type {
  Tables,
  CustomerRow,
  ReissueRow,
  NewReissue,
  ReissueChanges,
  ChallengeRow,
  IdentityMethodRow,
  IdentityTryRow,
  StepRow,
  CertificateRow,
  CertificateTable,
  NewCertificate,
  EventRow,
  PasswordCredentialRow,
  RevocationReason,
} from './database.js';
export type {
  AuditCheckpointRow,
  OperationApprovalRow,
  OperationItemRow,
  OperationRow,
} from './operations-tables.js';
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
export { findVidCheck, lockCertificateForVidCheck, insertVidCheck } from './vid-checks.js';
export type { VidCheckRow } from './vid-checks.js';
export {
  customerRrn,
  insertCustomerRrns,
  customersToRotate,
  countCustomersToRotate,
  lockRotatable,
  takenLookups,
  updateCustomerRrns,
  eraseCustomerRrn,
} from './customer-rrns.js';
export type { KeptCustomerKey, KeptRrn, NewRrn, RotatableCustomer } from './customer-rrns.js';
export { customerKey, insertCustomerKeys, rewrapCustomerKeys, destroyCustomerKey } from './customer-keys.js';
export { insertRrnAccesses } from './rrn-access.js';
export { registryOverview } from './registry-overview.js';
export type { RegistryOverview, RegistryUse } from './registry-overview.js';
export { openReissueIdsOf, deletePhotosOf, eraseApplicantKeys } from './erasure.js';
export {
  findCustomer,
  findCustomerByRrn,
  customerById,
  customerByRef,
  customerByCi,
  lockCustomer,
  lockCustomers,
} from './customers.js';
export {
  passwordCredential,
  lockPasswordCredential,
  setWrongTries,
  replaceVerifier,
  earlierVerifiers,
  upgradeVerifier,
  passwordTry,
  keepPasswordTry,
  keepPasswordReset,
  setPasswordVerdict,
  passwordTriesUnderWay,
} from './password-credentials.js';
export {
  identityMethodsOf,
  identityMethod,
  updateIdentityMethod,
  replaceChallenge,
  challengesOfUpdate,
  challengesById,
  setChallengeState,
  setChallengeProvider,
  identityTriesOf,
  setVerdict,
  insertIdentityTry,
  countTryOfDay,
  returnTryOfDay,
} from './identity.js';
export {
  insertConsents,
  consentsOf,
  consentRecordsOf,
  insertConsentReceipt,
  consentReceiptsOf,
} from './consents.js';
export { findStep, insertStep, stepsOfKind } from './steps.js';
export { signingProofs } from './signing-proofs.js';
export type { ProvedConsent, ProvedMethod, SigningProofs } from './signing-proofs.js';
export type { SealedItem } from './vault-items.js';
export { receiveCall, receivedRequest } from './received-calls.js';
export {
  putVaultItem,
  readVaultItem,
  readVaultItemOfReissue,
  destroyVaultItemsOfStep,
  destroyVaultItemsOfReissue,
  destroyStaleVaultItems,
} from './vault-items.js';
export {
  insertEvents,
  eventsAfter,
  unpublishedEvents,
  eventsWithIds,
  lastPublishedAt,
  markPublished,
  outboxLag,
} from './events.js';
export type { NewEvent } from './events.js';
export { appendAudit, appendAudits } from './audit.js';
export type { AuditEntryOf, NewAuditEntry } from './audit.js';
export { appendAuthorityEntry, appendItemEntries } from './authority-entries.js';
export { insertProof, insertStaffKeys, proofsOf, staffKeys } from './operation-proofs.js';
export type { OperationProofRow, StaffKeyRow } from './operation-proofs.js';
export type { NewAuthorityEntry } from './authority-entries.js';
export { authorityOverview } from './authority-overview.js';
export type { AuthorityOverview, CrlOverview } from './authority-overview.js';
export {
  chainOf,
  issuerBySubject,
  IssuerConflict,
  issuersInUse,
  knownIssuers,
  registerIssuers,
} from './issuers.js';
export type { IssuerRow, KnownIssuer } from './issuers.js';
export {
  photoOfUpdate,
  countPhotos,
  insertPhoto,
  unacceptedPhoto,
  unacceptedPhotos,
  destroyPhoto,
  destroyPhotos,
} from './identity-photos.js';
export type { IdentityPhotoRow, NewIdentityPhoto } from './identity-photos.js';
export { isKnownDevice, noteKnownDevice } from './known-devices.js';
export { insertNotification, channelsTold } from './notifications.js';
export {
  certificateBySerial,
  certificatesOfReissue,
  storedCertificateOf,
  certificateOnFile,
  putOnFile,
  certificatesInForce,
  certificatesOfEnrolments,
  insertEnrolled,
} from './certificates.js';
export {
  relatedCertificates,
  blockedKeys,
  insertIntents,
  storeSigned,
  abandonIntents,
  openIntents,
} from './intents.js';
export type { RelatedCertificate } from './intents.js';
export { keepProfile, keptProfiles, statusUrlsInProfiles } from './certificate-profiles.js';
export type { ProfileDocument } from './certificate-profiles.js';
export {
  lockCertificate,
  writeRevocation,
  writeHold,
  blockKey,
  nextEventOfCertificate,
  withdrawCertificatesOf,
  changeableCertificates,
  certificatesOnHold,
} from './revocations.js';
export type { ChangeableCertificate } from './revocations.js';
export {
  shardsOf,
  lockShard,
  takePending,
  listedCertificates,
  insertCrl,
  latestCrl,
  newestCrl,
  crlByNumber,
  oldestPending,
} from './crls.js';
export type { CrlRow, RevokedCertificate, ShardState } from './crls.js';
export { certificateStatuses } from './certificate-status.js';
export type { CertificateStatusRow } from './certificate-status.js';
export { NotificationListener } from './notification-listener.js';
export type { ListenerOptions } from './notification-listener.js';
export {
  advanceRateLimits,
  capRateLimit,
  forgetSpentRateLimits,
  readRateLimits,
  turnBackRateLimit,
} from './rate-limits.js';
export type { RateLimitAdvance } from './rate-limits.js';
export { goneRecords, purgedByAge, recordsOfAge, toldPurges } from './retention-ranges.js';
export {
  purgeReissues,
  recordedPurges,
  recordsOfReissues,
  reissueRecordClasses,
  reissuesToPurge,
} from './retained-reissues.js';
export type { RecordedPurge, ReissueRecordClass } from './retained-reissues.js';
export type { AgeRange, PurgedByAge, PurgedRecord, ToldPurge } from './retention-ranges.js';
export { purgeDevices, purgeLeftPhotos, purgeIdentityDays, purgeNumberAccesses } from './retention.js';
export {
  takePendingEntries,
  countPendingEntries,
  entriesAt,
  sizeOfLog,
  insertLeaves,
  nodeHashes,
  newestCheckpoint,
  checkpointOfSize,
  insertCheckpoint,
  checkpointsAfter,
  newerCheckpoints,
  nextEventOf,
} from './audit-log.js';
export type { AuditRow, NewLeaf, NewNode } from './audit-log.js';
export { evidenceEntriesOf, checkpointsToProve, archivedHistory, isCovered } from './evidence.js';
export type { EvidenceEntryRow } from './evidence.js';
export {
  leavesFrom,
  entriesWithoutLeaf,
  reconciledRestores,
  countMismatchedReissues,
} from './audit-verification.js';
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
export { listCertificates } from './certificate-lists.js';
export type { ListedCertificate } from './certificate-lists.js';
export {
  auditTrailOf,
  operationEntriesOf,
  eventsOfReissue,
  operationsOn,
  notificationsOf,
} from './timeline.js';
export type { AuditEntryRow, OperationOnTarget } from './timeline.js';
export {
  findOperation,
  findOperationByRequest,
  lockOperation,
  insertOperation,
  replacePlan,
  setOperationState,
  listOperations,
  operationItems,
  untoldItems,
  untriedItems,
  recordNotice,
  recordOutcome,
  outcomesOfOperations,
  approvalsOf,
  insertApproval,
  staleOperations,
  reissuesToPlan,
  certificatesOfReissues,
} from './operations.js';
export type { NewOperation, NewOperationItem, PlannedReissue } from './operations.js';
export { unarchivedReissues, oldestUnarchived, insertArchive, markArchived } from './archive.js';
export { keepEvidence, keptEvidence, purgeEvidence, reissueExists } from './evidence-bundles.js';
export { searchAuditEntries, newestCheckpoints, actsOfStaff } from './audit-search.js';
export type { AuditFilter, AuditPlace, FoundEntry, ActSummary } from './audit-search.js';
export { parkedCounts, locksSince } from './alarms.js';
export type { ParkedCount } from './alarms.js';
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
export {
  disableWebhook,
  dueDeliveries,
  dueEndpoints,
  findWebhook,
  forgetDeliveries,
  recordDelivery,
  replayDeliveries,
  waitingDeliveries,
} from './webhooks.js';
export type {
  DeliveryOutcome,
  DueDelivery,
  WebhookDeliveryRow,
  WebhookEndpointRow,
  WebhookReplay,
} from './webhooks.js';
export {
  certificatesAfter,
  consentsOfReissues,
  entriesOfGoneCertificates,
  entriesOfReissues,
  receiptsOfReissues,
  reissuesAfter,
  statusEntriesOf,
} from './audit-replay.js';
export type { EntryWithPersonal, StatedReissueRow, StatedStatusRow } from './audit-replay.js';
export { PostgresLeadership } from './leadership/leadership.js';
export type { Leadership, LeadershipOptions, Term } from './leadership/leadership.js';
export { LedLoop } from './leadership/led-loop.js';
export type { LoopTiming } from './leadership/led-loop.js';
