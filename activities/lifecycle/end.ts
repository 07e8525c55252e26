import type { Cancel, OperatorAbandon, OperatorMessage, PreparedStep, StepResult } from '#libs/domain';
import { appendAudit, inTransaction, lockReissue, type Tx } from '#libs/db';
import { done, endChange, endReissue, noRow, standingOf, takeStep, type StepContext } from '#activities/step';

/** The customer gives up: before ISSUED the reissue is cancelled, after it the new certificate is withdrawn. */
export async function cancelReissue(
  context: StepContext,
  reissueId: string,
  message: Cancel,
): Promise<PreparedStep> {
  return takeStep(
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
  return inTransaction(context.db, async (tx) => {
    const row = await lockReissue(tx, reissueId);
    if (!row) return noRow;
    const standing = standingOf(row, context.deadlines);
    if (row.state === 'ABANDONED' || row.state === 'WITHDRAWN') return { standing, status: 'DONE' };
    if (!row.parked_step) {
      await refuseOperator(tx, reissueId, message, context.clock());
      return { standing, status: 'REFUSED', code: 'NOT_PARKED' };
    }
    const after = await endReissue(tx, row, 'abandon', context.clock(), {
      actor: message.operator,
      code: 'ABANDONED_BY_OPERATOR',
      reason: message.reason,
    });
    return { standing: standingOf(after, context.deadlines), status: 'DONE' };
  });
}

/** Operators' refused acts are audited like those that succeed. */
export async function refuseOperator(
  tx: Tx,
  reissueId: string,
  message: OperatorMessage,
  now: Date,
): Promise<void> {
  await appendAudit(tx, reissueId, {
    actor: message.operator,
    action: message.kind,
    outcome: 'REFUSED',
    reason: 'NOT_PARKED',
    details: { why: message.reason },
    occurred_at: now,
  });
}
