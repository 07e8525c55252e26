import type { OperatorEndCoolingOff, StepResult } from '#libs/domain';
import { inTransaction, type RoleTx } from '#libs/db';
import { blockOf } from '#libs/db/customers';
import { lockReissue, type ReissueRow } from '#libs/db/reissues';
import { endChange, noRow, ReissueChange, reissueStandingOf, type StepContext } from '#activities/step';
import { auditedOperation, permittedOperation } from './operator-acts.js';

/**
 * Ends the wait of a reissue whose time has come. The deadline stood still meanwhile. A person who was blocked meanwhile gets
 * no certificate.
 *
 * @returns the change, which is written
 */
export async function finishCoolingOff(
  tx: RoleTx<'worker'>,
  row: ReissueRow,
  now: Date,
): Promise<ReissueChange> {
  const change = new ReissueChange(tx, row, now);
  if (await blockOf(tx, row.customer_ref))
    await endChange(change, 'abandon', { actor: 'system', code: 'REISSUES_BLOCKED' });
  else {
    const stoodStill = now.getTime() - (row.cooling_off_since ?? now).getTime();
    change.set({ deadline: row.deadline && new Date(row.deadline.getTime() + stoodStill) });
    change.move('endCoolingOff', 'ISSUING', 'reseal.reissue.certificate-requested.v1');
    change.audit({
      ...{ actor: 'system', action: 'endCoolingOff', outcome: 'DONE' },
      details: { state: change.row.state },
    });
  }
  await change.write();
  return change;
}

/**
 * Brings the end of a wait forward, by an operation that a second person approved. The certificate is issued at the new end,
 * which may be now.
 */
export async function endCoolingOff(
  context: StepContext,
  reissueId: string,
  message: OperatorEndCoolingOff,
): Promise<StepResult> {
  return inTransaction(context.db, async (tx) => {
    const row = await lockReissue(tx, reissueId);
    if (!row) return noRow;
    const now = context.clock();
    const standing = reissueStandingOf(row, context.deadlines);
    const operation = await permittedOperation(tx, row, message, now);
    if (typeof operation === 'string') return { standing, status: 'REFUSED', code: operation };
    const { until } = operation.parameters;
    const asked = until === undefined ? now : new Date(until);
    const before = row.cooling_off_until;
    const change = new ReissueChange(tx, row, now);
    const end = before && before < asked ? before : asked; // never later
    change.set({ cooling_off_until: end });
    change.publish('reseal.reissue.cooling-off.v1');
    change.audit({
      ...{ actor: operation.requestedBy, action: 'endCoolingOff', outcome: 'ACCEPTED' },
      reason: operation.reason,
      details: {
        ...{ was: before?.toISOString() ?? null, until: end.toISOString() },
        ...auditedOperation(operation),
      },
    });
    return { standing: reissueStandingOf(await change.write(), context.deadlines), status: 'DONE' };
  });
}
