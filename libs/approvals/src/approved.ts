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

/** Why nothing may be done in an operation's name. */
export type OperationRefusal =
  /** There is none of this id. */
  | 'OPERATION_UNKNOWN'
  /** It was not confirmed, waits for its approval, or is over. */
  | 'OPERATION_NOT_RUNNING'
  /** Its content is not what was confirmed. */
  | 'OPERATION_ALTERED'
  /** Nobody but the one who asks has approved exactly this content. */
  | 'OPERATION_NOT_APPROVED'
  /** Who confirmed or approved it did not prove it to the bank's issuer. */
  | 'OPERATION_UNPROVED'
  /** It was approved too long ago. */
  | 'OPERATION_EXPIRED'
  /** It is about something else. */
  | 'NOT_IN_OPERATION';

/** An operation that may be carried out: every part of it is covered by the digest that was confirmed and approved. */
export interface ApprovedOperation extends OperationContent {
  readonly digest: string;
  /** Who approved it; null where its kind needs no approval. */
  readonly approvedBy: string | null;
}

/** Contents by their digest: ten thousand items are not digested for each of them anew. The digest vouches for them. */
const verified = new Map<string, Verified>();
const cacheSize = 20;

interface Verified {
  readonly content: OperationContent;
  readonly byTarget: ReadonlyMap<string, ContentItem>;
}

/**
 * Reads an operation with items and approval from PostgreSQL and says whether it may be carried out now. Whoever acts
 * asks for themself, in the transaction in which they act: what a message or a command line says counts for nothing.
 *
 * @param now by the injected clock
 * @returns the operation, or why not
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

/** Proofs that were verified, and when the person signed in for each: ten thousand items do not verify them again. */
const verifiedProofs = new Map<string, Date>();

/**
 * When a person proved to the bank's issuer that they confirm or approve this plan; undefined where they did not. The
 * operators' app only brings the proof: it cannot make one, and the worker fetched the issuer's keys itself.
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

/** A key of the issuer as it is verified by. */
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

/** What is about to be done to one target. */
export interface OperationAct {
  readonly kind: OperationKind;
  readonly target: string;
  /** Of a retry: which parking. */
  readonly parkSequence?: number;
}

/**
 * As {@link approvedOperation}, for one act: it must be exactly what the operation says of this target.
 *
 * @param operationId undefined where whoever asks named none
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

/** The digest names its operation, so the row must be the one it was made of. */
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
