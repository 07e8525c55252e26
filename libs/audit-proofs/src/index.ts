export {
  hashChildren,
  sameHash,
  planRoot,
  planInclusion,
  planConsistency,
  rootByInclusion,
  isConsistent,
} from './merkle.js';
export type { Hash, ProofPlan } from './merkle.js';
export { canonicalJson, digestOfJson, isPersonalPartOf, leafOf } from './entry.js';
export type { LoggedEntry } from './entry.js';
export { verifyCheckpoint, signCheckpoint, signWith } from './checkpoint.js';
export type { AuditKey, LogCheckpoint } from './checkpoint.js';
export { bundleFormat, trustFormat } from './bundle.js';
export type { BundleEntry, EvidenceBundle, TrustFile } from './bundle.js';
export { findingKinds, FindingCollector, unprovenKinds } from './verify/report.js';
export type { EntryPosition, Unproven, EvidenceVerdict } from './verify/report.js';
export { checkProof, claimsOfProof, keyIdOf, InvalidProof, verifyProof } from './staff-proof.js';
export type { ProofClaim, StaffKey } from './staff-proof.js';
export { verifyWriter } from './verify/entries.js';
export { signedContentOf, verifyEvidence } from './verify/verify-evidence.js';
export {
  InvalidCheckpointFile,
  readCheckpointFile,
  readTrust,
  readTrustFile,
  InvalidTrustFile,
  verifyEvidenceFile,
} from './parsing/files.js';
export type { FileVerdict } from './parsing/files.js';
export { checkedCheckpoint } from './verify/log.js';
export { LostBranches } from './verify/lost-branches.js';
export { replayReissue, replayStatus } from './replay.js';
export { compareRegistration, compareReissue, compareStatus } from './verify/stated.js';
export { compareConsents, compareReceipts } from './verify/contents.js';
