import { refusalOfReissueAct, type OperatorMessage, type RefusalCode } from '#libs/domain';
import { approvedAct, type ApprovedOperation, type OperationRefusal } from '#libs/approvals';
import type { RoleTx } from '#libs/db';
import { appendAudit } from '#libs/db/audit';
import type { ReissueRow } from '#libs/db/reissues';

/**
 * The operation by which an operator acts on a reissue. Without one, and where the reissue does not allow the act, the refusal
 * is audited.
 *
 * @returns the code of the refusal, if it is one
 */
export async function permittedOperation(
  tx: RoleTx<'worker'>,
  row: ReissueRow,
  message: OperatorMessage,
  now: Date,
): Promise<ApprovedOperation | RefusalCode> {
  const reissueId = row.reissue_id;
  const parking = message.kind === 'retry' ? { parkSequence: message.parkSequence } : {};
  const act = { kind: message.kind, target: reissueId, ...parking };
  const operation = await approvedAct(tx, message.operationId, act, now);
  if (typeof operation === 'string') {
    await refuseOperator(tx, reissueId, message, operation, now);
    return 'OPERATION_REQUIRED';
  }
  const refusal = refusalOfReissueAct(message.kind, row);
  if (!refusal) return operation;
  await refuseOperator(tx, reissueId, message, refusal, now);
  return refusal;
}

/** The details by which an audit entry names the operation that an act belongs to. */
export const auditedOperation = ({
  operationId,
  requestedBy,
  approvedBy,
}: ApprovedOperation): Record<string, unknown> => ({
  operationId,
  requestedBy,
  ...(approvedBy === null ? {} : { approvedBy }),
});

/**
 * Audits an operator's refused act. The message names an operator without proof: the entry holds the name as a claim,
 * and its actor is the system.
 */
export async function refuseOperator(
  tx: RoleTx<'worker'>,
  reissueId: string,
  message: OperatorMessage,
  why: RefusalCode | OperationRefusal,
  now: Date,
): Promise<void> {
  await appendAudit(tx, reissueId, {
    actor: 'system',
    action: message.kind,
    outcome: 'REFUSED',
    reason: why,
    details: {
      why: message.reason,
      claimedOperator: message.operator,
      ...(message.operationId === undefined ? {} : { operationId: message.operationId }),
    },
    occurred_at: now,
  });
}
