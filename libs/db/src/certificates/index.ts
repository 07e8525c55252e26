export {
  countInventory,
  expiringByDay,
  inventoryCountLimit,
  inventoryPage,
  inventoryParts,
  issuedByDay,
  listInventory,
} from './certificate-inventory.js';
export type { InventoryPart } from './certificate-inventory.js';
export { certificateFile, listCertificates } from './certificate-lists.js';
export type { CertificateFile, ListedCertificate } from './certificate-lists.js';
export {
  certificatesToAnnounce,
  deleteAnnouncements,
  expiryTerms,
  insertAnnouncements,
  pageOf,
  recordAnnouncement,
  takeAnnouncements,
} from './expiry-announcements.js';
export type { ExpiryPlace, HolderToNotify, TakenAnnouncement } from './expiry-announcements.js';
export { insertProfile, findProfiles, statusUrlsInProfiles } from './certificate-profiles.js';
export { certificateStatuses } from './certificate-status.js';
export type { CertificateStatusRow } from './certificate-status.js';
export {
  certificateBySerial,
  certificatesOfReissue,
  downloadableCertificateOf,
  storedCertificateOf,
  certificateOnFile,
  putOnFile,
  certificatesInForce,
  serialsInForceOf,
  certificateAndOthersInForce,
  certificatesOfEnrolments,
  insertEnrolled,
} from './certificates.js';
export { insertIntents, storeSigned, abandonIntents, openIntents } from './intents.js';
export type { Intent } from './intents.js';
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
  lockCertificate,
  writeRevocation,
  writeHold,
  blockKey,
  nextCertificateEventSequence,
  nextCertificateEventSequences,
  withdrawCertificatesOf,
  changeableCertificates,
  certificatesOnHold,
} from './revocations.js';
export type { ChangeableCertificate } from './revocations.js';
export type { ProvedConsent, SigningProofs } from './signing-proofs.js';
export { readSigningRecords } from './signing-records.js';
export type { RelatedCertificate, SigningRecords } from './signing-records.js';
export {
  findCertificateRequests,
  lockCustomersToCertify,
  lockReissuesToSign,
  lockReissueStates,
} from './signing-rows.js';
export type { CertificateRequestRow, CustomerToCertify, LockWait, ReissueToSign } from './signing-rows.js';
export { findVidCheck, lockCertificateForVidCheck, insertVidCheck } from './vid-checks.js';
export type { VidCheckRow } from './vid-checks.js';
export type { CertificateRow, NewCertificate } from '../rows.js';
