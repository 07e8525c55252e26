export { openStates, finalStates, states, isFinal, reasons, nextActions } from './states.js';
export type { OpenState, FinalState, State, Reason, NextAction } from './states.js';
export { blockReasons, blockSources } from './reissue-blocks.js';
export type { BlockReason, BlockSource } from './reissue-blocks.js';
export { endCodes } from './end-codes.js';
export type { EndCode } from './end-codes.js';
export {
  blockingFacts,
  customerEventEffects,
  customerEventKinds,
  customerEventOutcomes,
  customerFactKinds,
} from './customer-events.js';
export type {
  CustomerEventEffect,
  CustomerEventKind,
  CustomerEventOutcome,
  CustomerFactKind,
} from './customer-events.js';
export { auditActionText, authorityActions, isAuditAction, reissueActions } from './audit-actions.js';
export type { AuditAction, AuthorityAction, ReissueAction } from './audit-actions.js';
export { auditActorText, auditCodeText } from './audit-words.js';
export { auditWriters, mayWrite } from './audit-writers.js';
export type { AuditRole } from './audit-writers.js';
export {
  staffRoles,
  operationKinds,
  needsApproval,
  targetsOf,
  proofNonceOf,
  provenActs,
  roleToProve,
  operationStates,
  maximumOperationItems,
  operationLifetimeMs,
  operationWorkflowIdOf,
  operationIdPattern,
  retryUpdateIdOf,
} from './operations.js';
export type {
  StaffRole,
  OperationKind,
  OperationTargets,
  ProvenAct,
  OperationState,
  OperationSelection,
  OperationParameters,
  ReissueFilter,
} from './operations.js';
export { messages, transitions, accepts, nextStates, onlyNextState } from './transitions.js';
export type { Message } from './transitions.js';
export {
  identityMethods,
  onFileStatuses,
  defaultIdentityPolicy,
  pinnedRuleOf,
  effectiveReason,
} from './identity-policy.js';
export type {
  IdentityMethod,
  IdentityRule,
  IndependentPair,
  PinnedIdentityRule,
  IdentityPolicy,
  CertificateOnFile,
  OnFileStatus,
} from './identity-policy.js';
export { assessIdentity, methodsLeft, withAdditionalMethod } from './identity-assessment.js';
export type { IdentityAssessment, IdentityProgress } from './identity-assessment.js';
export { policyFaults } from './identity-policy-faults.js';
export { bases, decideBasis, endDateForBasis, renewalWindowDays } from './basis.js';
export type { Basis } from './basis.js';
export {
  passwordRules,
  passwordRuleCodes,
  brokenPasswordRules,
  brokenPersonalRules,
  matchedNumberDigits,
  passwordAttempts,
} from './password-rules.js';
export type { PasswordRuleCode, PersonalFacts } from './password-rules.js';
export {
  parseBase64Url,
  parseDigits,
  parseOneTimeCode,
  comparableName,
  parseDate,
  parseMobileNumber,
} from './parse-input.js';
export { keystrokesOf } from './keystrokes.js';
export { readReceiptNumber } from './receipt-number.js';
export {
  taskQueues,
  workflowTaskTimeoutMs,
  workflowIdOf,
  vidCheckActivityIdOf,
  consentWithdrawalActivityIdOf,
  reissueIdOf,
  unknownCustomerId,
  bankCustomerIdPattern,
  reissueIdPattern,
  searchAttributes,
  registrationText,
  identityText,
} from './ids.js';
export { readVidRandom } from './vid-random.js';
export {
  isDate,
  normaliseResidentNumber,
  readResidentNumber,
  residentCheckDigit,
} from './resident-number.js';
export type { ResidentNumber } from './resident-number.js';
export { parseLicenceNumber, readIdentityDocument } from './identity-document.js';
export type { IdentityDocument } from './identity-document.js';
export { isKoreanNight, koreanDayOf, koreanHourOf, nextKoreanDay, startOfKoreanDay } from './korean-time.js';
export { dayAfterExpiry, dueAnnouncement, expiryWindows } from './expiry-announcements.js';
export type { ExpiryWindow } from './expiry-announcements.js';
export { stepLimitReached, maximumSteps } from './limits.js';
export { coolingOffEnd, defaultDeadlines, earlyRevocation, maximumWaitHours, withWait } from './deadlines.js';
export type { CoolingReissue, Deadlines } from './deadlines.js';
export { bankName } from './banks.js';
export {
  notificationKinds,
  notificationOfEnd,
  notificationsOf,
  parkableSteps,
  parkCodes,
  carriers,
  identifierKinds,
} from './messages.js';
export type {
  VaultHandle,
  Applicant,
  Particulars,
  IdentifierKind,
  Carrier,
  CallOrigin,
  ConsentGiven,
  StartReissue,
  RequestChallenges,
  AnswerChallenges,
  SubmitPassword,
  ResetPassword,
  GiveConsents,
  RequestCertificate,
  Apply,
  ProveRegistration,
  Cancel,
  ConfirmReissue,
  Stop,
  CustomerMessage,
  StepMessage,
  OperatorRetry,
  OperatorAbandon,
  OperatorEndCoolingOff,
  OperatorWithdraw,
  OperatorMessage,
  ReissueMessage,
  NotificationKind,
  RefusalCode,
  ParkableStep,
  ParkCode,
  ReissueStanding,
  StepResult,
  PreparedStep,
  RiskQuestion,
  ResumedStep,
  ParkRequest,
} from './messages.js';
export {
  certificateActs,
  certificateStatusNames,
  certificateStatusOf,
  defaultHoldMonths,
  endOfHold,
  externalProfile,
  outcomeOfAct,
  revocationReasons,
} from './certificate-acts.js';
export type {
  ReasonToRevoke,
  CertificateAct,
  CertificateStatus,
  ActRefusal,
  CertificateStatusFields,
} from './certificate-acts.js';
export { refusalOfReissueAct, possibleReissueActs } from './reissue-acts.js';
export type { ReissueAct } from './reissue-acts.js';
export { underFormerNames, withFormerNames } from './activity-names.js';
export type { Clock } from './clock.js';
export type { BilingualText } from './bilingual-text.js';
