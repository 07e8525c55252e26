import type { IdentityMethod } from './identity-policy.js';
import type { Reason, State } from './states.js';

/**
 * What travels to the workflow. These values are stored in Temporal's history: secrets are named by their
 * vault handle and never stand here themselves.
 */
export type VaultHandle = string;

/** From where a call came, kept as evidence beside a consent. */
export interface CallOrigin {
  readonly address: string;
  readonly agent: string;
  /** Keyed digest of the id by which the client names its device; absent where it names none. */
  readonly device?: string;
}

export interface ConsentGiven {
  readonly termsId: string;
  readonly version: string;
  readonly digest: string;
  readonly agreed: boolean;
}

/** Mobile carriers, their resellers (MVNO) apart. */
export const carriers = ['SKT', 'KT', 'LGU', 'SKT_MVNO', 'KT_MVNO', 'LGU_MVNO'] as const;
export type Carrier = (typeof carriers)[number];

/** By what an applicant names themself, beside their name. */
export const identifierKinds = ['MOBILE', 'RRN', 'DOCUMENT'] as const;
export type IdentifierKind = (typeof identifierKinds)[number];

/** What a start says of its applicant without sealing it. The gateway seals it before it goes on. */
export interface Particulars {
  readonly name: string;
  /** Digits only; of who claims an identity by mobile number. */
  readonly mobile?: string;
  readonly carrier?: Carrier;
}

/**
 * How the applicant claims an identity: by mobile number, which is among the particulars, by resident registration number,
 * or by identity document.
 */
export type Applicant =
  | { readonly particulars: VaultHandle }
  | { readonly particulars: VaultHandle; readonly rrn: VaultHandle }
  | { readonly particulars: VaultHandle; readonly document: VaultHandle };

/** As in messages from before the particulars were sealed, which may still wait in a history or in a parked reissue. */
type UnsealedApplicant =
  | { readonly name: string; readonly mobile: string; readonly carrier?: Carrier }
  | { readonly name: string; readonly rrn: VaultHandle }
  | { readonly name: string; readonly document: VaultHandle };

interface Call {
  /** Derived from route and Idempotency-Key; also the id of the Temporal update. */
  readonly updateId: string;
  /** Keyed digest of the request body, to tell a retry from another request under the same key. */
  readonly requestHmac: string;
  readonly origin: CallOrigin;
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

/** Several of the above in one call: stops at the first that fails and keeps what succeeded. */
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

/** What a customer can ask of a running reissue. */
export type CustomerMessage =
  | RequestChallenges
  | AnswerChallenges
  | SubmitPassword
  | ResetPassword
  | GiveConsents
  | RequestCertificate
  | Apply
  | ProveRegistration
  | Cancel;

/** The moments of which the customer is told. */
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
  'WITHDRAWN',
  'CANCELLED',
  'TIMED_OUT',
  'ABANDONED',
] as const;
export type NotificationKind = (typeof notificationKinds)[number];

/** What an operator can ask of a parked reissue. */
export interface OperatorRetry {
  readonly kind: 'retry';
  readonly operator: string;
  readonly reason: string;
  /** Which parking is meant: retrying one parking twice is one retry. */
  readonly parkSequence: number;
  /** The operation that asks for it; without one (also in histories from before there were any) it is refused. */
  readonly operationId?: string;
}

export interface OperatorAbandon {
  readonly kind: 'abandon';
  readonly operator: string;
  readonly reason: string;
  readonly operationId?: string;
}

/** What an operator can ask of an issued one, once somebody else has approved it. */
export interface OperatorWithdraw {
  readonly kind: 'withdraw';
  readonly operator: string;
  readonly reason: string;
  readonly operationId?: string;
}

/** Says what to do and on whose word; whether that word was given is looked up in PostgreSQL. */
export type OperatorMessage = OperatorRetry | OperatorAbandon | OperatorWithdraw;

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
  | 'IDEMPOTENCY_MISMATCH';

/** How a message ended, as the workflow tells it to the caller. The details stand in the step table. */
type StepStatus = 'DONE' | 'REFUSED' | 'PARKED';

/** The steps whose dependency can break, and which then park. */
export const parkableSteps = [
  'SEND_CHALLENGES',
  'VERIFY_CHALLENGES',
  'ISSUE_CERTIFICATE',
  'RECORD_STEP',
] as const;
export type ParkableStep = (typeof parkableSteps)[number];

/** Why a step parked: its dependency stayed broken, nobody knows whether it acted, or our own code failed. */
export const parkCodes = ['DEPENDENCY_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'STEP_FAILED'] as const;
export type ParkCode = (typeof parkCodes)[number];

/**
 * What the workflow needs of the row to decide what to wait for. PostgreSQL holds the truth; the workflow
 * adopts it with every step.
 */
export interface ReissueStanding {
  readonly state: State;
  /** When to wake at the latest (ISO 8601): a deadline, a reminder, or the end of an operator's time. */
  readonly alarm: string | null;
  readonly parked: { readonly step: ParkableStep; readonly code: ParkCode; readonly sequence: number } | null;
}

/** What a step answers: where the reissue stands, how the message ended, and what to tell whom. */
export interface StepResult {
  readonly standing: ReissueStanding;
  readonly status: StepStatus;
  readonly code?: RefusalCode;
  /** With TOO_FREQUENT: after how long to try again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Of the request that was answered, so that another request under the same key is noticed. */
  readonly requestHmac?: string;
  /** Moments to be told to the contact on file. */
  readonly notify?: readonly NotificationKind[];
  /** Older reissues of the same person that this step ended. */
  readonly superseded?: readonly string[];
  /** There is no row: nothing was ever started, and nothing can go on. */
  readonly missing?: boolean;
  /** Pseudonym, given with the first step. */
  readonly customerRef?: string;
}

/** A step in several parts: whether the next part is to be done, or the message is already answered. */
export interface PreparedStep extends StepResult {
  readonly proceed: boolean;
}

/** A reissue taken up again, with the message that was left unfinished. */
export interface ResumedStep extends StepResult {
  readonly pending?: StartReissue | CustomerMessage;
}

/** What is asked of the reissue when a step parks it. */
export interface ParkRequest {
  readonly step: ParkableStep;
  readonly code: ParkCode;
  readonly message: ReissueMessage;
}
