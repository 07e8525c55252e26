export { consentTo, ResealClient } from './client.js';
export type {
  ApplicantInput,
  ConsentInput,
  IdentityDocumentFields,
  Locale,
  Method,
  ReissueReason,
  Stage,
  Start,
} from './client.js';
export { OpenReissue } from './open-reissue.js';
export type {
  Application,
  CertificateForm,
  CertificateRequestInput,
  ChallengeAnswer,
} from './open-reissue.js';
export { CertificateKey, newVidRandom } from './certificate-key.js';
export type { KeyType, WebCryptoKey } from './certificate-key.js';
export { signatureSchemeOf } from './signature-scheme.js';
export type { SignatureScheme } from './signature-scheme.js';
export { certificatesOfPem, fromBase64url, toBase64, toBase64url } from './encoding.js';
export { seal } from './seal.js';
export type { SealPurpose, SealOptions } from './seal.js';
export type { Transfers } from './transfers.js';
export { follow } from './follow.js';
export type { FollowSource, FollowOptions } from './follow.js';
export { readEvents } from './server-sent-events.js';
export type { ServerSentEvent } from './server-sent-events.js';
export { ConnectionLost, ReissueProblem } from './problems.js';
export { newIdempotencyKey } from './transport.js';
export type { CallOptions, ClientOptions, PostOptions } from './transport.js';
export { endpoints } from './generated/endpoints.gen.js';
export type { Endpoints, ProblemSlug } from './generated/endpoints.gen.js';
export type {
  Certificate,
  CertificateProfile,
  Challenge,
  ConsentsResponse,
  PasswordRules,
  Problem,
  Reissue,
  Terms,
  Transfer,
  VerificationResult,
  VidCheckResponse,
  WithdrawnConsent,
} from './generated/types.gen.js';
