export { problemCatalogue, problemType } from './problems.js';
export type { ProblemSlug } from './problems.js';
export { opsProblemCatalogue } from './ops-problems.js';
export type { PageBrand } from './page-brand.js';
export { reissueSchema, showReissue } from './reissue.js';
export type { Reissue } from './reissue.js';
export { showChallenge } from './challenge.js';
export type { Challenge } from './challenge.js';
export {
  consentSchema,
  startRequestSchema,
  challengesRequestSchema,
  verificationsRequestSchema,
  photoResponseSchema,
  passwordRequestSchema,
  passwordResetRequestSchema,
  consentsRequestSchema,
  consentsResponseSchema,
  consentWithdrawalRequestSchema,
  withdrawnConsentSchema,
  certificateRequestSchema,
  applicationRequestSchema,
  registrationRequestSchema,
  serialSchema,
  vidCheckRequestSchema,
  vidCheckResponseSchema,
  stopLinkRequestSchema,
  stopLinkAnswerSchema,
  transferIdSchema,
  transferRequestSchema,
  transferJoinSchema,
  transferContentSchema,
  transferEndSchema,
  transferSchema,
  startResponseSchema,
  reissueWithChallengesSchema,
  challengesResponseSchema,
  verificationsResponseSchema,
  termsSchema,
  passwordRulesSchema,
  problemSchema,
} from './calls.js';
export type {
  StopLinkAnswer,
  Transfer,
  WithdrawnConsent,
  PhotoResponse,
  ReissueWithChallenges,
  VerificationResult,
} from './calls.js';
export { endText } from './end-texts.js';
export { oldCertificateStatus } from './old-certificate.js';
export type { OldCertificateStatus } from './old-certificate.js';
export { problemOfRefusal } from './step-outcome.js';
export type { StepOutcome } from './step-outcome.js';
export {
  topics,
  reissueEventTypes,
  certificateEventTypes,
  auditEventTypes,
  reissueEventDataSchema,
  certificateEventDataSchema,
  auditEventDataSchema,
} from './events.js';
export { customerEventKindOf, customerEventTypes, receivedCloudEventSchema } from './customer-events.js';
export type { CustomerEvent } from './customer-events.js';
export { dataSchemaOf, eventDataSchemas, eventSchemaFiles } from './event-schemas.js';
export { eventExamples } from './event-examples.js';
export type {
  ReissueEventType,
  CertificateEventType,
  ReissueEventData,
  CertificateEventData,
  AuditEventData,
} from './events.js';
