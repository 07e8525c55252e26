import type { IdentityMethod } from './identity-policy.js';
import { isFinal, type FinalState, type Reason, type State } from './states.js';

/**
 * Names a secret in the vault. Messages to a workflow are stored in Temporal's history, so they hold handles and no
 * secrets.
 */
export type VaultHandle = string;

/** The origin of a call. It is kept as evidence with a consent. */
export interface CallOrigin {
  readonly address: string;
  readonly agent: string;
  /** Keyed digest of the id that the client gave its device; absent if it gave none. */
  readonly device?: string;
}

export interface ConsentGiven {
  readonly termsId: string;
  readonly version: string;
  readonly digest: string;
  readonly agreed: boolean;
}

/** Mobile carriers, with their resellers (MVNO) as separate carriers. */
export const carriers = ['SKT', 'KT', 'LGU', 'SKT_MVNO', 'KT_MVNO', 'LGU_MVNO'] as const;
export type Carrier = (typeof carriers)[number];

/** The kinds of identifier that an applicant gives, besides the name, to claim an identity. */
export const identifierKinds = ['MOBILE', 'RRN', 'DOCUMENT'] as const;
export type IdentifierKind = (typeof identifierKinds)[number];

/** The applicant's data that a start brings unsealed. The gateway seals it before it passes the start on. */
export interface Particulars {
  readonly name: string;
  /** Digits only; present if the applicant claims an identity by mobile number. */
  readonly mobile?: string;
  readonly carrier?: Carrier;
}

/**
 * How the applicant claims an identity: by mobile number, which is among the particulars, by resident registration
 * number, or by identity document.
 */
export type Applicant =
  | { readonly particulars: VaultHandle }
  | { readonly particulars: VaultHandle; readonly rrn: VaultHandle }
  | { readonly particulars: VaultHandle; readonly document: VaultHandle };

/** An applicant in messages from before particulars were sealed: histories and parked reissues may still hold them. */
type UnsealedApplicant =
  | { readonly name: string; readonly mobile: string; readonly carrier?: Carrier }
  | { readonly name: string; readonly rrn: VaultHandle }
  | { readonly name: string; readonly document: VaultHandle };

interface Call {
  /** Derived from route and Idempotency-Key; also the id of the Temporal update. */
  readonly updateId: string;
  /** Keyed digest of the request body, to distinguish a retry from another request under the same key. */
  readonly requestHmac: string;
  readonly origin: CallOrigin;
  /** The trace that the steps of this call continue (W3C Trace Context); absent while tracing is off. */
  readonly traceparent?: string;
}

export interface StartReissue extends Call {
  readonly kind: 'start';
  readonly reissueId: string;
  readonly apiKeyName: string;
  readonly reason: Reason;
  readonly applicant: Applicant | UnsealedApplicant;
  readonly keyThumbprint: string;
  readonly consents: readonly ConsentGiven[];
  readonly methods: readonly IdentityMethod[];
}

export interface RequestChallenges extends Call {
  readonly kind: 'requestChallenges';
  readonly methods: readonly IdentityMethod[];
}

export interface AnswerChallenges extends Call {
  readonly kind: 'answerChallenges';
  readonly answers: readonly { readonly challengeId: string; readonly answer: VaultHandle }[];
}

export interface SubmitPassword extends Call {
  readonly kind: 'submitPassword';
  readonly password: VaultHandle;
}

export interface ResetPassword extends Call {
  readonly kind: 'resetPassword';
  readonly newPassword: VaultHandle;
}

export interface GiveConsents extends Call {
  readonly kind: 'giveConsents';
  readonly consents: readonly ConsentGiven[];
}

export interface RequestCertificate extends Call {
  readonly kind: 'requestCertificate';
  readonly csr: string;
  readonly vidRandom: VaultHandle;
}

/** Several steps in one call. It stops at the first part that fails, and keeps what succeeded. */
export interface Apply extends Call {
  readonly kind: 'apply';
  readonly parts: readonly (SubmitPassword | ResetPassword | GiveConsents | RequestCertificate)[];
}

export interface ProveRegistration extends Call {
  readonly kind: 'proveRegistration';
  readonly challengeId: string;
  /** base64url; ECDSA as DER. */
  readonly signature: string;
}

export interface Cancel extends Call {
  readonly kind: 'cancel';
}

/** The customer stops a reissue by the link in a message, because it is not their own. */
export interface Stop extends Call {
  readonly kind: 'stop';
  /** Digest of the link's token. */
  readonly linkDigest: string;
  /** Whether to suspend the certificate on file. */
  readonly suspendCertificate: boolean;
}

/** The customer states by the link in a message that the reissue is their own. It changes nothing. */
export interface ConfirmReissue extends Call {
  readonly kind: 'confirmReissue';
  /** Digest of the link's token. */
  readonly linkDigest: string;
}

/** The messages of an app that has the access token of the reissue. */
export type StepMessage =
  | RequestChallenges
  | AnswerChallenges
  | SubmitPassword
  | ResetPassword
  | GiveConsents
  | RequestCertificate
  | Apply
  | ProveRegistration
  | Cancel;

/** The messages of a customer to a running reissue. */
export type CustomerMessage = StepMessage | Stop | ConfirmReissue;

/** The notifications to a customer. */
export const notificationKinds = [
  'ISSUED',
  'REGISTERED',
  'REVOKED',
  'HELD',
  'PASSWORD_LOCKED',
  'PASSWORD_RESET',
  'NEW_DEVICE',
  'IDENTITY_LOCKED',
  'REFUSED',
  'REMINDER',
  'RESUMED',
  'COOLING_OFF',
  'WITHDRAWN',
  'CANCELLED',
  'TIMED_OUT',
  'ABANDONED',
] as const;
export type NotificationKind = (typeof notificationKinds)[number];

/** An operator's message to a parked reissue: try the step again. */
export interface OperatorRetry {
  readonly kind: 'retry';
  readonly operator: string;
  readonly reason: string;
  /** The number of the parking to retry. Two retries of one parking count as one. */
  readonly parkSequence: number;
  /** The operation that the act belongs to. Without one, as in older histories, the act is refused. */
  readonly operationId?: string;
}

export interface OperatorAbandon {
  readonly kind: 'abandon';
  readonly operator: string;
  readonly reason: string;
  readonly operationId?: string;
}

/** An operator's message to an issued reissue, after a second person approved it. */
export interface OperatorWithdraw {
  readonly kind: 'withdraw';
  readonly operator: string;
  readonly reason: string;
  readonly operationId?: string;
}

/** An operator's message to a reissue that cools off, after a second person approved it: wait less, or no longer. */
export interface OperatorEndCoolingOff {
  readonly kind: 'endCoolingOff';
  readonly operator: string;
  readonly reason: string;
  readonly operationId?: string;
}

/** The messages of operators. Whether an operation was approved is looked up in PostgreSQL. */
export type OperatorMessage = OperatorRetry | OperatorAbandon | OperatorWithdraw | OperatorEndCoolingOff;

/** Every message to a reissue. */
export type ReissueMessage = StartReissue | CustomerMessage | OperatorMessage;

/** Why a message was refused. Each is a problem type of the gateway API (in kebab case). */
export type RefusalCode =
  | 'WRONG_STATE'
  | 'PARKED'
  | 'NOT_PARKED'
  | 'OPERATION_REQUIRED'
  | 'TOO_MANY_STEPS'
  | 'METHOD_NOT_OFFERED'
  | 'METHOD_LOCKED'
  | 'TOO_MANY_SENDS'
  | 'UNKNOWN_CHALLENGE'
  | 'UNKNOWN_PHOTO'
  | 'ANSWER_MALFORMED'
  | 'TOO_FREQUENT'
  | 'ENVELOPE_REFUSED'
  | 'APPLICANT_INVALID'
  | 'PASSWORD_WRONG'
  | 'PASSWORD_LOCKED'
  | 'PASSWORD_RULES'
  | 'NO_PASSWORD_ON_FILE'
  | 'MORE_IDENTITY_NEEDED'
  | 'CONSENT_INCOMPLETE'
  | 'REQUEST_REFUSED'
  | 'REGISTRATION_PROOF_INVALID'
  | 'ANOTHER_REISSUE_REGISTERED'
  | 'STOP_LINK_REFUSED'
  | 'IDEMPOTENCY_MISMATCH';

/** How a message ended, as the workflow answers it. The step table has the details. */
type StepStatus = 'DONE' | 'REFUSED' | 'PARKED';

/** The steps that can park a reissue. */
export const parkableSteps = [
  'SEND_CHALLENGES',
  'VERIFY_CHALLENGES',
  'ISSUE_CERTIFICATE',
  'RECORD_STEP',
] as const;
export type ParkableStep = (typeof parkableSteps)[number];

/** Why a step parked: its dependency stayed broken, its outcome is unknown, or our own code failed. */
export const parkCodes = ['DEPENDENCY_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'STEP_FAILED'] as const;
export type ParkCode = (typeof parkCodes)[number];

/**
 * The part of the row from which the workflow decides its next wait. PostgreSQL holds the current values, and every step
 * returns them to the workflow. Histories hold this type, so its names stay.
 */
export interface ReissueStanding {
  readonly state: State;
  /** The wake-up time (ISO 8601): a deadline, a reminder, or the end of the wait for an operator. */
  readonly alarm: string | null;
  readonly parked: { readonly step: ParkableStep; readonly code: ParkCode; readonly sequence: number } | null;
}

/** The result of a step: the standing of the reissue, how the message ended, and which notifications to send. */
export interface StepResult {
  readonly standing: ReissueStanding;
  readonly status: StepStatus;
  readonly code?: RefusalCode;
  /** With TOO_FREQUENT: the wait before another try, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Digest of the request that was answered, to detect another request under the same key. */
  readonly requestHmac?: string;
  /** Notifications to the contact on file. */
  readonly notify?: readonly NotificationKind[];
  /** The notifications of {@link notificationsOf} that the step has left to the outbox, so that the workflow sends none. */
  readonly notified?: readonly NotificationKind[];
  /** Older reissues of the same person that this step ended. */
  readonly superseded?: readonly string[];
  /** Whether the reissue has no row: it was never started. */
  readonly missing?: boolean;
  /** Pseudonym, given with the first step. */
  readonly customerRef?: string;
}

/** The notification of each end. */
export const notificationOfEnd: Readonly<Record<FinalState, NotificationKind>> = {
  REGISTERED: 'REGISTERED',
  REJECTED: 'REFUSED',
  TIMED_OUT: 'TIMED_OUT',
  CANCELLED: 'CANCELLED',
  ABANDONED: 'ABANDONED',
  WITHDRAWN: 'WITHDRAWN',
};

/** The notifications that follow from a step: those that it names, and that of the end if the reissue has ended. */
export function notificationsOf({ notify = [], standing, missing }: StepResult): readonly NotificationKind[] {
  return isFinal(standing.state) && !missing ? [...notify, notificationOfEnd[standing.state]] : notify;
}

/** What the provider of risk decisions is asked before a step can end. */
export interface RiskQuestion {
  readonly decision: 'IDENTITY' | 'ISSUANCE';
  /** The identity methods that count, those of the step included. */
  readonly verified: readonly IdentityMethod[];
  readonly origin: CallOrigin;
}

/** The first part of a step: whether the next part is to run, or the message is answered already. */
export interface PreparedStep extends StepResult {
  readonly proceed: boolean;
  /**
   * Absent if the provider was certainly not called for this message. `UNKNOWN`: it may have been called, so that it is
   * asked before the call is repeated. `REFUSED`: it refused the call for good.
   */
  readonly called?: 'UNKNOWN' | 'REFUSED';
  /** Present if the step runs again with the answer to this question. */
  readonly assess?: RiskQuestion;
}

/** A reissue to continue, with the message that was left unfinished. */
export interface ResumedStep extends StepResult {
  readonly pending?: StartReissue | CustomerMessage;
}

/** A request to park a reissue. */
export interface ParkRequest {
  readonly step: ParkableStep;
  readonly code: ParkCode;
  readonly message: ReissueMessage;
}
