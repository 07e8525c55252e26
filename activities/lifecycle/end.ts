import type {
  Cancel,
  EndCode,
  OperatorAbandon,
  OperatorMessage,
  OperatorWithdraw,
  PreparedStep,
  RefusalCode,
  StepResult,
} from '#libs/domain';
import { inTransaction, type Tx } from '#libs/db';
import { appendAudit } from '#libs/db/audit';
import { lockReissue, type ReissueRow } from '#libs/db/reissues';
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

/** The customer gives up: before ISSUED the reissue is cancelled, after it the new certificate is withdrawn. */
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

/** An operator gives a parked reissue up, with everything that must be undone. */
export async function abandonReissue(
  context: StepContext,
  reissueId: string,
  message: OperatorAbandon,
): Promise<StepResult> {
  // One that is issued is past signing: it is withdrawn, which somebody else must approve.
  return endByOperator(context, reissueId, message, {
    code: 'ABANDONED_BY_OPERATOR',
    refusal: (row) => {
      if (!row.parked_step) return 'NOT_PARKED';
      return row.state === 'ISSUED' ? 'WRONG_STATE' : undefined;
    },
  });
}

/** An operator takes an issued certificate back before it is registered, because somebody else approved it. */
export async function withdrawReissue(
  context: StepContext,
  reissueId: string,
  message: OperatorWithdraw,
): Promise<StepResult> {
  return endByOperator(context, reissueId, message, {
    code: 'WITHDRAWN_BY_OPERATOR',
    refusal: (row) => (row.state === 'ISSUED' ? undefined : 'WRONG_STATE'),
  });
}

async function endByOperator(
  context: StepContext,
  reissueId: string,
  message: OperatorAbandon | OperatorWithdraw,
  { code, refusal: refusalOf }: { code: EndCode; refusal: (row: ReissueRow) => RefusalCode | undefined },
): Promise<StepResult> {
  return inTransaction(context.db, async (tx) => {
    const row = await lockReissue(tx, reissueId);
    if (!row) return noRow;
    const now = context.clock();
    const standing = reissueStandingOf(row, context.deadlines);
    // Found committed: an answer that was lost, or the same operation again.
    if (row.state === 'ABANDONED' || row.state === 'WITHDRAWN') return { standing, status: 'DONE' };
    const act = { kind: message.kind, target: reissueId };
    const operation = await approvedAct(tx, message.operationId, act, now);
    const refusal = typeof operation === 'string' ? 'OPERATION_REQUIRED' : refusalOf(row);
    if (typeof operation === 'string' || refusal) {
      const why = typeof operation === 'string' ? operation : refusal!;
      await refuseOperator(tx, reissueId, message, why, now);
      return { standing, status: 'REFUSED', code: refusal! };
    }
    const after = await endReissue(tx, row, message.kind, now, {
      actor: operation.requestedBy,
      code,
      reason: operation.reason,
      details: auditedOperation(operation),
    });
    return { standing: reissueStandingOf(after, context.deadlines), status: 'DONE' };
  });
}

/** What the audit trail says of the operation in whose name something was done. */
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
 * Operators' refused acts are audited like those that succeed. That the operator whom the message names has asked for
 * it is not proved: the entry has the name, and is not written in it.
 */
export async function refuseOperator(
  tx: Tx,
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
