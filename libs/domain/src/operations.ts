import type { ReasonToRevoke } from './certificate-acts.js';
import type { EndCode } from './end-codes.js';
import type { ParkableStep, ParkCode } from './messages.js';
import type { Reason, State } from './states.js';

/** What staff may be allowed to do. One person may have several roles. */
export const staffRoles = ['operator', 'approver', 'auditor'] as const;
export type StaffRole = (typeof staffRoles)[number];

/**
 * What operators can do: to parked reissues (`retry`, `abandon`), to issued ones (`withdraw`), and to certificates
 * outside any reissue.
 */
export const operationKinds = ['retry', 'abandon', 'withdraw', 'revoke', 'hold', 'release'] as const;
export type OperationKind = (typeof operationKinds)[number];

/** Acts past the signing point: a second person approves them, and who acts looks for the approval. */
const kindsNeedingApproval = ['withdraw', 'revoke', 'hold', 'release'] as const satisfies OperationKind[];
export const needsApproval = (kind: OperationKind): boolean =>
  (kindsNeedingApproval as readonly OperationKind[]).includes(kind);

/** How far an operation has come. A plan changes nothing; `RUNNING` ones are carried out by a workflow. */
export const operationStates = [
  'PLANNED',
  'AWAITING_APPROVAL',
  'RUNNING',
  'DONE',
  'REJECTED',
  'CANCELLED',
  'EXPIRED',
] as const;
export type OperationState = (typeof operationStates)[number];

/** By what reissues are listed, counted and chosen. Times are ISO 8601; all that is given must hold. */
export interface ReissueFilter {
  readonly state?: readonly State[];
  readonly open?: boolean;
  readonly parked?: boolean;
  readonly step?: readonly ParkableStep[];
  /** Why it is parked, or why it ended. */
  readonly code?: readonly (ParkCode | EndCode)[];
  readonly reason?: readonly Reason[];
  readonly customerRef?: string;
  readonly createdFrom?: string;
  readonly createdTo?: string;
  /** Parked before this moment: the age of what waits. */
  readonly parkedBefore?: string;
}

/** What an operation is asked to act on. */
export type OperationSelection =
  | { readonly reissueIds: readonly string[] }
  | { readonly filter: ReissueFilter }
  | { readonly serials: readonly string[] };

export interface OperationParameters {
  /** RFC 5280 section 5.3.1; of `revoke` only. */
  readonly revocationReason?: ReasonToRevoke;
  /** ISO 8601; of `revoke` only. */
  readonly invalidityDate?: string;
}

/** At most so many targets in one operation. */
export const maximumOperationItems = 10_000;
/** An approval that nobody acted on, and a plan that nobody confirmed, are void after so many milliseconds. */
export const operationLifetimeMs = 24 * 60 * 60_000;

/** What a person proves by signing in for it: that they confirm, or approve, exactly one plan. */
export const provenActs = ['confirm', 'approve'] as const;
export type ProvenAct = (typeof provenActs)[number];

/** The role that a person needs for it. */
export const roleToProve: Readonly<Record<ProvenAct, StaffRole>> = {
  confirm: 'operator',
  approve: 'approver',
};

/**
 * The nonce (OpenID Connect Core 1.0 section 3.1.2.1) with which a person signs in to confirm or approve a plan. The
 * issuer copies it into the ID token that it signs, and the digest names the operation and everything in it.
 */
export const proofNonceOf = (act: ProvenAct, digest: string): string => `${act}.${digest}`;

/** The id of the workflow that carries an operation out. */
export const operationWorkflowIdOf = (operationId: string): string => `operation/${operationId}`;

/** An operation id: `op_` and 32 lower-case hexadecimal digits. */
export const operationIdPattern = /^op_[0-9a-f]{32}$/;

/** The id of the update that retries one parking: whoever sends it, and however often, it is taken once. */
export const retryUpdateIdOf = (parkSequence: number): string => `retry/${parkSequence}`;
