export type { ChallengeRow, IdentityMethodRow, IdentityTryRow, PasswordCredentialRow } from '../rows.js';
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
  photoOfUpdate,
  countPhotos,
  insertPhoto,
  unacceptedPhoto,
  unacceptedPhotos,
  destroyPhoto,
  destroyPhotos,
} from './identity-photos.js';
export type { NewIdentityPhoto } from './identity-photos.js';
export { isKnownDevice, recordKnownDevice } from './known-devices.js';
export {
  passwordCredential,
  lockPasswordCredential,
  setWrongTries,
  replaceVerifier,
  earlierVerifiers,
  upgradeVerifier,
  passwordTry,
  recordPasswordTry,
  recordPasswordReset,
  setPasswordVerdict,
  passwordTriesUnderWay,
} from './password-credentials.js';
export { deleteExpiredRateLimits, refundRateLimit, useRateLimits } from './rate-limits.js';
export type { LimitPrivilege, RateLimitUse } from './rate-limits.js';
