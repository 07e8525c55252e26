export { appendAudit, appendAudits } from './audit.js';
export type { AuditEntryOf, NewAuditEntry } from './audit.js';
export {
  takePendingEntries,
  countPendingEntries,
  hasPendingEntries,
  entriesAt,
  logSize,
  insertLeaves,
  nodeHashes,
  newestCheckpoint,
  checkpointOfSize,
  insertCheckpoint,
  checkpointsAfter,
  newerCheckpoints,
  nextEventSequence,
} from './audit-log.js';
export type { AuditRow, NewLeaf, NewNode } from './audit-log.js';
export {
  certificatesAfter,
  consentsOfReissues,
  entriesOfMissingCertificates,
  entriesOfReissues,
  receiptsOfReissues,
  reissuesAfter,
  statusEntriesOf,
} from './audit-replay.js';
export type { EntryWithPersonal, ReissueToVerify, CertificateToVerify } from './audit-replay.js';
export { searchAuditEntries, newestCheckpoints, actsOfStaff } from './audit-search.js';
export type { AuditFilter, AuditCursor, AuditSearchResult, ActSummary } from './audit-search.js';
export {
  leavesFrom,
  entriesWithoutLeaf,
  reconciledRestores,
  countMismatchedReissues,
} from './audit-verification.js';
export { appendAuthorityEntry, appendItemEntries } from './authority-entries.js';
export type { NewAuthorityEntry } from './authority-entries.js';
export { evidenceEntriesOf, checkpointsToProve, archivedHistory, isCovered } from './evidence.js';
export type { EvidenceEntryRow } from './evidence.js';
export { confirmedAndNotDecided, parkedAndNotSeen, reviewMissing } from './overlooked.js';
export { recordStaffMember, staffMembers } from './staff-members.js';
export type { StaffMember } from './staff-members.js';
export {
  insertEvidenceBundle,
  findEvidenceBundle,
  deleteEvidenceBundles,
  reissueExists,
} from './evidence-bundles.js';
export {
  auditTrailOf,
  operationEntriesOf,
  eventsOfReissue,
  operationsOn,
  notificationsOf,
  sentChallengesOf,
} from './timeline.js';
export type { AuditEntryRow, OperationOnTarget, SentChallenge } from './timeline.js';
