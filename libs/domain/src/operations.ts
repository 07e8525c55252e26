import type { ReasonToRevoke } from './certificate-acts.js';
import type { EndCode } from './end-codes.js';
import type { ParkableStep, ParkCode } from './messages.js';
import type { Reason, State } from './states.js';

/** The roles of staff. One person may have several. */
export const staffRoles = ['operator', 'approver', 'auditor'] as const;
export type StaffRole = (typeof staffRoles)[number];

/**
 * The kinds of operation: on parked reissues (`retry`, `abandon`), on issued ones (`withdraw`), on those that cool off
 * (`endCoolingOff`), on certificates outside any reissue, and on customers (`unblock`).
 */
export const operationKinds = [
  'retry',
  'abandon',
  'withdraw',
  'endCoolingOff',
  'revoke',
  'hold',
  'release',
  'unblock',
] as const;
export type OperationKind = (typeof operationKinds)[number];

/**
 * Whether a second person approves operations of a kind: those past the signing point, and those that end a protection of the
 * customer. Every act checks the approval itself.
 */
export const needsApproval = (kind: OperationKind): boolean => kind !== 'retry' && kind !== 'abandon';

/** What an operation acts on. */
export type OperationTargets = 'reissues' | 'certificates' | 'customers';

/** What the operations of a kind act on. */
export function targetsOf(kind: OperationKind): OperationTargets {
  if (kind === 'unblock') return 'customers';
  return kind === 'revoke' || kind === 'hold' || kind === 'release' ? 'certificates' : 'reissues';
}

/** The states of an operation. A plan changes nothing; a workflow carries out a `RUNNING` operation. */
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

/** A filter on reissues. Every member that is given must match. Times are ISO 8601. */
export interface ReissueFilter {
  readonly state?: readonly State[];
  readonly open?: boolean;
  readonly parked?: boolean;
  readonly step?: readonly ParkableStep[];
  /** Why the reissue is parked, or why it ended. */
  readonly code?: readonly (ParkCode | EndCode)[];
  readonly reason?: readonly Reason[];
  readonly customerRef?: string;
  readonly receiptNumber?: string;
  readonly createdFrom?: string;
  readonly createdTo?: string;
  /** Parked before this time. */
  readonly parkedBefore?: string;
}

/** The targets of an operation. */
export type OperationSelection =
  | { readonly reissueIds: readonly string[] }
  | { readonly filter: ReissueFilter }
  | { readonly serials: readonly string[] }
  | { readonly customerRefs: readonly string[] };

export interface OperationParameters {
  /** RFC 5280 section 5.3.1; for `revoke` only. */
  readonly revocationReason?: ReasonToRevoke;
  /** ISO 8601; for `revoke` only. */
  readonly invalidityDate?: string;
  /** ISO 8601; for `endCoolingOff` only: an earlier end of the wait. Without it, the wait ends at once. */
  readonly until?: string;
}

/** How many targets an operation may have. */
export const maximumOperationItems = 10_000;
/** After how many milliseconds an unconfirmed plan and an unused approval expire. */
export const operationLifetimeMs = 24 * 60 * 60_000;

/** The acts that a person proves by signing in: to confirm, or to approve, exactly one plan. */
export const provenActs = ['confirm', 'approve'] as const;
export type ProvenAct = (typeof provenActs)[number];

/** The role that each act needs. */
export const roleToProve: Readonly<Record<ProvenAct, StaffRole>> = {
  confirm: 'operator',
  approve: 'approver',
};

/**
 * The nonce (OpenID Connect Core 1.0 section 3.1.2.1) of a sign-in that confirms or approves a plan. The issuer copies
 * it into the ID token that it signs, and the digest covers the operation and everything in it.
 */
export const proofNonceOf = (act: ProvenAct, digest: string): string => `${act}.${digest}`;

/** The id of the workflow that carries out an operation. */
export const operationWorkflowIdOf = (operationId: string): string => `operation/${operationId}`;

/** An operation id: `op_` and 32 lower-case hexadecimal digits. */
export const operationIdPattern = /^op_[0-9a-f]{32}$/;

/** The id of the update that retries one parking. Temporal runs an update id once, no matter how often it is sent. */
export const retryUpdateIdOf = (parkSequence: number): string => `retry/${parkSequence}`;
