export type { ChallengeRow, IdentityMethodRow, PasswordCredentialRow } from '../rows.js';
export {
  identityMethodsOf,
  putIdentityMethods,
  challengesOfUpdate,
  challengesToAnswer,
  challengesToSend,
  bankOfCustomerAt,
  insertChallenges,
  replaceChallenges,
  markChallengesSent,
  acceptChallenges,
  setChallengeProvider,
  triedMethods,
  triesToCompare,
  insertIdentityTries,
  setVerdicts,
  countTriesOfDay,
  returnTriesOfDay,
} from './identity.js';
export type { AnsweredTry, ChallengeToAnswer, ChallengeToSend, TryToCompare, Verdict } from './identity.js';
export { openChallengesOf } from './open-challenges.js';
export type { OpenChallenge } from './open-challenges.js';
export {
  photoOfUpdate,
  countPhotos,
  insertPhoto,
  unacceptedPhoto,
  unacceptedPhotos,
  destroyAcceptedPhotos,
  destroyPhotos,
} from './identity-photos.js';
export type { NewIdentityPhoto } from './identity-photos.js';
export { forgetKnownDevices, recordKnownDevice, useRateLimitsOnDevice } from './known-devices.js';
export {
  passwordCredential,
  lockPasswordCredential,
  lockTriedCredential,
  updateCredential,
  replaceVerifier,
  earlierVerifiers,
  recordPasswordTry,
  recordPasswordReset,
  setPasswordVerdict,
  passwordTriesUnderWay,
} from './password-credentials.js';
export type { TriedCredential } from './password-credentials.js';
export { deleteExpiredRateLimits, refundRateLimit, useRateLimits } from './rate-limits.js';
export type { LimitPrivilege, RateLimitUse } from './rate-limits.js';
