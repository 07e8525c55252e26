import { needsApproval, operationIdPattern, operationLifetimeMs, type OperationKind } from '#libs/domain';
import { InvalidProof, verifyProof, type ProofClaim, type StaffKey } from '#libs/audit-proofs';
import type { Tx } from '#libs/db';
import {
  approvalsOf,
  findOperation,
  operationItems,
  proofsOf,
  staffKeys,
  type OperationRow,
  type StaffKeyRow,
} from '#libs/db/operations';
import { digestOfOperation, type ContentItem, type OperationContent } from './digest.js';

/** A transaction that may read operations with their approvals and proofs. */
type ApprovalTx = Tx<
  | 'select operation'
  | 'select operation_approval'
  | 'select operation_item'
  | 'select operation_proof'
  | 'select staff_key'
>;

/** Why an operation may not be carried out. */
export type OperationRefusal =
  /** There is no operation of this id. */
  | 'OPERATION_UNKNOWN'
  /** The operation is not confirmed, waits for its approval, or has ended. */
  | 'OPERATION_NOT_RUNNING'
  /** The content differs from what was confirmed. */
  | 'OPERATION_ALTERED'
  /** No second person has approved exactly this content. */
  | 'OPERATION_NOT_APPROVED'
  /** A valid proof of the confirmation or approval, from the bank's issuer, is missing. */
  | 'OPERATION_UNPROVED'
  /** The confirmation or approval is too old. */
  | 'OPERATION_EXPIRED'
  /** The operation does not include this act. */
  | 'NOT_IN_OPERATION';

/** An operation that may be carried out. The digest that was confirmed and approved covers every part of it. */
export interface ApprovedOperation extends OperationContent {
  readonly digest: string;
  /** The approver; null if the kind needs no approval. */
  readonly approvedBy: string | null;
}

/** Verified contents by digest, so that an operation of 10,000 items is not digested again for each item. */
const verified = new Map<string, Verified>();
const cacheSize = 20;

interface Verified {
  readonly content: OperationContent;
  readonly byTarget: ReadonlyMap<string, ContentItem>;
}

/**
 * Reads an operation with its items, approvals and proofs from PostgreSQL, and decides whether it may be carried out now.
 * Each process that acts calls this in the transaction of its act, because messages and command lines are not trusted.
 *
 * @returns the operation, or the reason why it may not be carried out
 */
export async function approvedOperation(
  tx: ApprovalTx,
  operationId: string,
  now: Date,
): Promise<ApprovedOperation | OperationRefusal> {
  if (!operationIdPattern.test(operationId)) return 'OPERATION_UNKNOWN';
  const row = await findOperation(tx, operationId);
  if (!row) return 'OPERATION_UNKNOWN';
  if (row.state !== 'RUNNING') return 'OPERATION_NOT_RUNNING';
  const found = await verifiedContentOf(tx, row);
  if (!found) return 'OPERATION_ALTERED';
  const { content } = found;
  const { digest } = row;
  const isLate = (since: Date) => !row.started_at && now.getTime() - since.getTime() > operationLifetimeMs;
  const confirmedAt = await proofTimeOf(tx, operationId, {
    act: 'confirm',
    digest,
    actor: content.requestedBy,
  });
  if (!confirmedAt) return 'OPERATION_UNPROVED';
  if (!needsApproval(content.kind))
    return isLate(confirmedAt) ? 'OPERATION_EXPIRED' : { ...content, digest, approvedBy: null };

  const decisions = (await approvalsOf(tx, [operationId])).filter((each) => each.digest === digest);
  const approval = decisions.find(
    (each) =>
      each.decision === 'APPROVED' &&
      each.requested_by === content.requestedBy &&
      each.decided_by !== content.requestedBy,
  );
  if (!approval || decisions.some(({ decision }) => decision === 'REJECTED')) return 'OPERATION_NOT_APPROVED';
  const approvedBy = approval.decided_by;
  const approvedAt = await proofTimeOf(tx, operationId, { act: 'approve', digest, actor: approvedBy });
  if (!approvedAt) return 'OPERATION_UNPROVED';
  return isLate(approvedAt) ? 'OPERATION_EXPIRED' : { ...content, digest, approvedBy };
}

/** Time of the sign-in by verified proof, so that 10,000 items do not verify it 10,000 times. */
const verifiedProofs = new Map<string, Date>();

/**
 * When a person signed in at the bank's issuer to confirm or approve this plan; undefined without a valid proof. The
 * operators' app only stores the proof and cannot forge it: the worker fetches the issuer's keys itself.
 */
async function proofTimeOf(
  tx: ApprovalTx,
  operationId: string,
  claim: ProofClaim,
): Promise<Date | undefined> {
  const proof = (await proofsOf(tx, operationId)).find(
    ({ act, digest, actor }) => act === claim.act && digest === claim.digest && actor === claim.actor,
  );
  if (!proof) return undefined;
  const known = `${claim.act} ${claim.actor} ${claim.digest} ${proof.token}`;
  const before = verifiedProofs.get(known);
  if (before) return before;
  const keys = (await staffKeys(tx)).map(staffKeyOf);
  const at = await verifyProof(proof.token, claim, keys).catch((error: unknown) => {
    if (error instanceof InvalidProof) return undefined;
    throw error;
  });
  if (at) keepNewest(verifiedProofs, known, at);
  return at;
}

/** The row of an issuer's key in the form that proofs are verified with. */
export const staffKeyOf = ({ jwk, issuer, audience, roles_claim: rolesClaim }: StaffKeyRow): StaffKey => ({
  ...{ jwk, issuer, audience, rolesClaim },
});

function keepNewest<Value>(kept: Map<string, Value>, key: string, value: Value): void {
  kept.set(key, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= cacheSize) break;
    kept.delete(oldest);
  }
}

/** One act of an operation on one target. */
export interface OperationAct {
  readonly kind: OperationKind;
  readonly target: string;
  /** Retries only: the number of the parking. */
  readonly parkSequence?: number;
}

/**
 * As {@link approvedOperation}, for one act, which the operation must include for this target.
 *
 * @param operationId undefined if the caller gave none
 */
export async function approvedAct(
  tx: ApprovalTx,
  operationId: string | undefined,
  act: OperationAct,
  now: Date,
): Promise<ApprovedOperation | OperationRefusal> {
  if (operationId === undefined) return 'OPERATION_UNKNOWN';
  const operation = await approvedOperation(tx, operationId, now);
  if (typeof operation === 'string') return operation;
  const item = verified.get(operation.digest)?.byTarget.get(act.target);
  if (!item || operation.kind !== act.kind) return 'NOT_IN_OPERATION';
  if (act.parkSequence !== undefined && item.parkSequence !== act.parkSequence) return 'NOT_IN_OPERATION';
  return operation;
}

async function verifiedContentOf(tx: ApprovalTx, row: OperationRow): Promise<Verified | undefined> {
  const kept = verified.get(row.digest);
  if (kept) return matches(kept.content, row) ? kept : undefined;
  const content = contentOf(row, await itemsOf(tx, row.operation_id));
  if (digestOfOperation(content) !== row.digest) return undefined;
  const found = { content, byTarget: new Map(content.items.map((item) => [item.target, item])) };
  keepNewest(verified, row.digest, found);
  return found;
}

/** Whether the row is the one that the content was read from. */
const matches = (content: OperationContent, row: OperationRow) =>
  content.operationId === row.operation_id &&
  content.kind === row.kind &&
  content.requestedBy === row.requested_by &&
  content.reason === row.reason;

async function itemsOf(tx: ApprovalTx, operationId: string): Promise<ContentItem[]> {
  const rows = await operationItems(tx, operationId);
  return rows.map(({ target, park_sequence, plan }) => ({ target, parkSequence: park_sequence, plan }));
}

function contentOf(row: OperationRow, items: readonly ContentItem[]): OperationContent {
  return {
    operationId: row.operation_id,
    kind: row.kind,
    requestedBy: row.requested_by,
    parameters: row.parameters,
    reason: row.reason,
    items,
  };
}
