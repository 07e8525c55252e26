import type { OperatorRetry, ParkRequest, ResumedStep, StepResult } from '#libs/domain';
import { isFinal } from '#libs/domain';
import { inTransaction } from '#libs/db';
import { findReissue, lockReissue, type ReissueRow } from '#libs/db/reissues';
import { noRow, ReissueChange, reissueStandingOf, type StepContext } from '#activities/step';
import { auditedOperation, permittedOperation, refuseOperator } from './operator-acts.js';
import { whatParkedWaitsFor } from './parked-call.js';

/**
 * Parks a reissue whose step cannot continue. The customer's input is kept, so that the operator's retry needs nothing
 * from the customer. Deadlines stand still.
 */
export async function parkReissue(
  context: StepContext,
  reissueId: string,
  { step, code, message }: ParkRequest,
): Promise<StepResult> {
  return inTransaction(context.db, async (tx) => {
    const row = await lockReissue(tx, reissueId);
    if (!row) return noRow;
    const about = {
      customerRef: row.customer_ref,
      ...('requestHmac' in message ? { requestHmac: message.requestHmac } : {}),
    };
    if (isFinal(row.state))
      return {
        standing: reissueStandingOf(row, context.deadlines),
        status: 'REFUSED',
        code: 'WRONG_STATE',
        ...about,
      };
    if (row.parked_step)
      return { standing: reissueStandingOf(row, context.deadlines), status: 'PARKED', ...about };
    const change = new ReissueChange(tx, row, context.clock());
    // An operator's message is not kept: the pending message is still the customer's.
    const pending = 'operator' in message ? {} : { pending_message: JSON.stringify(message) };
    change.set({
      parked_step: step,
      parked_since: change.now,
      parked_code: code,
      park_sequence: row.park_sequence + 1,
      ...pending,
    });
    const waitsFor = await whatParkedWaitsFor(tx, row, step, message);
    change.waitsFor = waitsFor;
    change.publish('reseal.reissue.parked.v1', { code });
    change.audit({
      ...{ actor: 'system', action: 'park', outcome: 'PARKED', reason: code },
      details: { step, waitsFor },
    });
    const after = await change.write();
    return { standing: reissueStandingOf(after, context.deadlines), status: 'PARKED', ...about };
  });
}

/** Resumes a parked reissue. Two retries of one parking count as one, also if two operators send them. */
export async function resumeReissue(
  context: StepContext,
  reissueId: string,
  message: OperatorRetry,
): Promise<ResumedStep> {
  return inTransaction(context.db, async (tx) => {
    const row = await lockReissue(tx, reissueId);
    if (!row) return noRow;
    if (isFinal(row.state) || row.park_sequence !== message.parkSequence) {
      await refuseOperator(tx, reissueId, message, 'NOT_PARKED', context.clock());
      return { standing: reissueStandingOf(row, context.deadlines), status: 'REFUSED', code: 'NOT_PARKED' };
    }
    // Already committed: the retry of this parking was resumed, and its answer was lost.
    if (!row.parked_since)
      return { standing: reissueStandingOf(row, context.deadlines), status: 'DONE', ...pendingOf(row) };

    const operation = await permittedOperation(tx, row, message, context.clock());
    if (typeof operation === 'string')
      return { standing: reissueStandingOf(row, context.deadlines), status: 'REFUSED', code: operation };
    const change = new ReissueChange(tx, row, context.clock());
    const stoodStill = change.now.getTime() - row.parked_since.getTime();
    change.set({
      parked_step: null,
      parked_since: null,
      parked_code: null,
      deadline: row.deadline && new Date(row.deadline.getTime() + stoodStill),
    });
    change.publish('reseal.reissue.resumed.v1');
    change.audit({
      actor: operation.requestedBy,
      action: 'retry',
      outcome: 'RESUMED',
      reason: operation.reason,
      details: { step: row.parked_step, parkSequence: message.parkSequence, ...auditedOperation(operation) },
    });
    const after = await change.write();
    return { standing: reissueStandingOf(after, context.deadlines), status: 'DONE', ...pendingOf(after) };
  });
}

/** Reads the standing of a reissue whose workflow was lost, and the message that it left unfinished. */
export async function readReissue(context: StepContext, reissueId: string): Promise<ResumedStep> {
  const row = await findReissue(context.db, reissueId);
  if (!row) return noRow;
  return {
    standing: reissueStandingOf(row, context.deadlines),
    status: 'DONE',
    customerRef: row.customer_ref,
    ...pendingOf(row),
  };
}

/** The message that the workflow of a reissue is to finish. A parked one waits for an operator, a cooling one for its time. */
export const pendingOf = (row: ReissueRow): Pick<ResumedStep, 'pending'> => {
  const { pending_message: pending, state } = row;
  const cools = state === 'COOLING_OFF' && pending?.kind === 'requestCertificate';
  return !pending || row.parked_step || isFinal(state) || cools ? {} : { pending };
};
