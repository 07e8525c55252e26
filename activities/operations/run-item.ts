import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowNotFoundError, WorkflowUpdateStage, type Client } from '@temporalio/client';
import {
  isFinal,
  retryUpdateIdOf,
  workflowIdOf,
  type Clock,
  type OperatorMessage,
  type StepResult,
} from '#libs/domain';
import { inTransaction, type RoleDatabase } from '#libs/db';
import { liftBlock } from '#libs/db/customers';
import type { OperationItemRow } from '#libs/db/operations';
import { findReissue } from '#libs/db/reissues';
import type { Logger } from '#libs/observability';
import { approvedAct, type ApprovedOperation } from '#libs/approvals';
import type { StaffIssuerSettings } from './staff-keys.js';
import { changeOf, changeOne, outcomeWords } from '#activities/revocation';

export interface OperationContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly temporal: Pick<Client, 'workflow'>;
  readonly logger: Pick<Logger, 'warn'>;
  readonly staffIssuer: StaffIssuerSettings;
}

/** The outcome of an item. The API's description lists the names. */
interface ItemOutcome {
  readonly outcome: string;
  readonly detail?: string;
}

type Item = Pick<OperationItemRow, 'target' | 'park_sequence'>;

/** Longer than a retried step takes to park again, which is two minutes for the signer. */
const updateTimeoutMs = 150_000;

/**
 * Runs one item. Running it again is harmless: a retry names one parking, and an ended reissue stays ended.
 *
 * @returns the outcome; undefined if the operation may not continue
 * @throws if a dependency is unavailable; the item can be tried again
 */
export async function runItem(
  context: OperationContext,
  operation: ApprovedOperation,
  item: Item,
): Promise<ItemOutcome | undefined> {
  const { kind } = operation;
  if (kind === 'revoke' || kind === 'hold' || kind === 'release')
    return changeStatus(context, operation, item);
  if (kind === 'unblock') return unblock(context, operation, item);
  return sendToReissue(context, operation, item, kind);
}

async function changeStatus(
  { db, clock }: OperationContext,
  operation: ApprovedOperation,
  { target }: Item,
): Promise<ItemOutcome | undefined> {
  const { operationId, requestedBy: actor, reason: comment } = operation;
  const change = changeOf(operation);
  const changed = await changeOne({ db, clock, actor }, target, change, { comment, operationId });
  if (changed.outcome === 'NOT_APPROVED') return undefined;
  if (changed.outcome === 'DONE') return { outcome: outcomeWords[change.act], detail: changed.was };
  return { outcome: changed.outcome, ...(changed.reissueId ? { detail: changed.reissueId } : {}) };
}

/** Lifts all blocks of a customer. */
async function unblock(
  { db, clock }: OperationContext,
  { operationId }: ApprovedOperation,
  { target }: Item,
): Promise<ItemOutcome | undefined> {
  const at = clock();
  return inTransaction(db, async (tx) => {
    const operation = await approvedAct(tx, operationId, { kind: 'unblock', target }, at);
    if (typeof operation === 'string') return undefined;
    const { requestedBy: by, approvedBy, reason: comment } = operation;
    const details = { operationId, requestedBy: by, approvedBy };
    const lifted = await liftBlock(tx, { customerRef: target, by, at, comment, details });
    return { outcome: lifted ? 'UNBLOCKED' : 'NOT_BLOCKED' };
  });
}

async function sendToReissue(
  context: OperationContext,
  { operationId, requestedBy: operator, reason }: ApprovedOperation,
  { target, park_sequence: parkSequence }: Item,
  kind: OperatorMessage['kind'],
): Promise<ItemOutcome | undefined> {
  const about = { operator, reason, operationId };
  if (kind !== 'retry')
    return outcomeOf(kind, await sendUpdate(context, target, `${kind}/${operationId}`, { kind, ...about }));
  if (parkSequence === null) return { outcome: 'NOT_PARKED' };
  const message = { kind, ...about, parkSequence };
  const answer = await sendUpdate(context, target, retryUpdateIdOf(parkSequence), message);
  // An earlier update without an operation was refused under this id, and its answer stays: send another id.
  if (answer !== 'ENDED' && answer !== 'STILL_RUNNING' && answer.code === 'OPERATION_REQUIRED') {
    const ownId = `${retryUpdateIdOf(parkSequence)}/${operationId}`;
    return outcomeOf(kind, await sendUpdate(context, target, ownId, message));
  }
  return outcomeOf(kind, answer);
}

type Answer = StepResult | 'ENDED' | 'STILL_RUNNING';

function outcomeOf(kind: OperatorMessage['kind'], answer: Answer): ItemOutcome | undefined {
  if (typeof answer === 'string') return { outcome: answer };
  const { status, code, standing } = answer;
  if (code === 'OPERATION_REQUIRED') return undefined;
  if (code === 'NOT_PARKED' || (kind !== 'retry' && status === 'REFUSED'))
    return { outcome: code ?? 'WRONG_STATE', detail: standing.state };
  if (status === 'PARKED')
    return { outcome: 'PARKED_AGAIN', detail: standing.parked?.code ?? standing.state };
  // The retry ran. If the customer's step itself was refused, the code is the detail.
  if (kind === 'retry') return { outcome: 'RETRIED', detail: code ?? standing.state };
  return { outcome: kind === 'endCoolingOff' ? 'BROUGHT_FORWARD' : standing.state };
}

/** Sends an update and waits for its answer. Two updates with the same id are one. */
async function sendUpdate(
  { temporal, db }: OperationContext,
  reissueId: string,
  updateId: string,
  message: OperatorMessage,
): Promise<Answer> {
  try {
    const update = await temporal.workflow
      .getHandle(workflowIdOf(reissueId))
      .startUpdate<StepResult, [OperatorMessage]>(message.kind, {
        updateId,
        args: [message],
        waitForStage: WorkflowUpdateStage.ACCEPTED,
      });
    const over = new AbortController();
    const waited = delay(updateTimeoutMs, 'STILL_RUNNING' as const, { signal: over.signal, ref: false });
    waited.catch(() => undefined);
    return await Promise.race([update.result(), waited]).finally(() => over.abort());
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const row = await findReissue(db, reissueId);
    if (row && !isFinal(row.state)) throw error; // the workflow was lost, and reconciliation starts it again
    return 'ENDED';
  }
}
