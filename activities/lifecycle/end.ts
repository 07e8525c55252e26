import type {
  Cancel,
  EndCode,
  OperatorAbandon,
  OperatorWithdraw,
  PreparedStep,
  StepResult,
} from '#libs/domain';
import { inTransaction } from '#libs/db';
import { lockReissue } from '#libs/db/reissues';
import {
  done,
  endChange,
  endReissue,
  noRow,
  reissueStandingOf,
  runStep,
  type StepContext,
} from '#activities/step';
import { auditedOperation, permittedOperation } from './operator-acts.js';

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
    const operation = await permittedOperation(tx, row, message, now);
    if (typeof operation === 'string') return { standing, status: 'REFUSED', code: operation };
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
