import type { Cancel, OperatorAbandon, PreparedStep, StepResult } from '#libs/domain';
import { inTransaction, lockReissue, type ReissueRow } from '#libs/db';
import { done, endChange, endReissue, standingOf, takeStep, type StepContext } from '#activities/step';

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
    const row = await existing(lockReissue(tx, reissueId));
    if (!row.parked_step)
      return { standing: standingOf(row, context.deadlines), status: 'REFUSED', code: 'NOT_PARKED' };
    const after = await endReissue(tx, row, 'abandon', context.clock(), {
      actor: message.operator,
      code: 'ABANDONED_BY_OPERATOR',
      reason: message.reason,
    });
    return { standing: standingOf(after, context.deadlines), status: 'DONE' };
  });
}

export async function existing(row: Promise<ReissueRow | undefined>): Promise<ReissueRow> {
  const found = await row;
  if (!found) throw new Error('the reissue has no row');
  return found;
}
