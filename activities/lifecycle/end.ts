import {
  refusalOfReissueAct,
  type Cancel,
  type EndCode,
  type OperatorAbandon,
  type OperatorMessage,
  type OperatorWithdraw,
  type PreparedStep,
  type RefusalCode,
  type StepResult,
} from '#libs/domain';
import { inTransaction, type RoleTx } from '#libs/db';
import { appendAudit } from '#libs/db/audit';
import { lockReissue } from '#libs/db/reissues';
import { approvedAct, type ApprovedOperation, type OperationRefusal } from '#libs/approvals';
import {
  done,
  endChange,
  endReissue,
  noRow,
  reissueStandingOf,
  runStep,
  type StepContext,
} from '#activities/step';

/** The customer cancels: before ISSUED the reissue is cancelled, from ISSUED on the new certificate is withdrawn. */
export async function cancelReissue(
  context: StepContext,
  reissueId: string,
  message: Cancel,
): Promise<PreparedStep> {
  return runStep(
    context,
    reissueId,
    message,
    'cancel',
    async (change) => {
      await endChange(change, 'cancel', { actor: 'customer', code: 'CANCELLED_BY_CUSTOMER' });
      return done();
    },
    { whileParked: true },
  );
}

/** An operator abandons a parked reissue: everything that it began is undone. */
export async function abandonReissue(
  context: StepContext,
  reissueId: string,
  message: OperatorAbandon,
): Promise<StepResult> {
  return endByOperator(context, reissueId, message, 'ABANDONED_BY_OPERATOR');
}

/** An operator withdraws an issued certificate before its registration, after a second person approved it. */
export async function withdrawReissue(
  context: StepContext,
  reissueId: string,
  message: OperatorWithdraw,
): Promise<StepResult> {
  return endByOperator(context, reissueId, message, 'WITHDRAWN_BY_OPERATOR');
}

async function endByOperator(
  context: StepContext,
  reissueId: string,
  message: OperatorAbandon | OperatorWithdraw,
  code: EndCode,
): Promise<StepResult> {
  return inTransaction(context.db, async (tx) => {
    const row = await lockReissue(tx, reissueId);
    if (!row) return noRow;
    const now = context.clock();
    const standing = reissueStandingOf(row, context.deadlines);
    // Already committed: the answer was lost, or the same operation runs again.
    if (row.state === 'ABANDONED' || row.state === 'WITHDRAWN') return { standing, status: 'DONE' };
    const act = { kind: message.kind, target: reissueId };
    const operation = await approvedAct(tx, message.operationId, act, now);
    if (typeof operation === 'string') {
      await refuseOperator(tx, reissueId, message, operation, now);
      return { standing, status: 'REFUSED', code: 'OPERATION_REQUIRED' };
    }
    const refusal = refusalOfReissueAct(message.kind, row);
    if (refusal) {
      await refuseOperator(tx, reissueId, message, refusal, now);
      return { standing, status: 'REFUSED', code: refusal };
    }
    const ended = await endReissue(tx, row, message.kind, now, {
      actor: operation.requestedBy,
      code,
      reason: operation.reason,
      details: auditedOperation(operation),
    });
    return {
      standing: reissueStandingOf(ended.row, context.deadlines),
      status: 'DONE',
      notified: ended.notified,
    };
  });
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
