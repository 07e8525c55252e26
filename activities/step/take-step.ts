import {
  accepts,
  type Clock,
  type CustomerMessage,
  type Deadlines,
  type Message,
  type Moment,
  type PreparedStep,
  type RefusalCode,
  type StartReissue,
  type StepResult,
} from '#libs/domain';
import { showReissue, type StepOutcome } from '#libs/contracts';
import {
  appendAudit,
  certificateBySerial,
  destroyVaultItemsOfStep,
  findReissue,
  findStep,
  insertStep,
  inTransaction,
  lockCustomer,
  lockReissue,
  type Database,
  type ReissueRow,
  type StepRow,
  type Tx,
} from '#libs/db';
import { ReissueChange } from './reissue-change.js';
import { standingOf } from './standing.js';

/** What every step needs. */
export interface StepContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
}

/** A reissue takes at most so many steps: its Temporal history stays bounded. */
export const maximumSteps = 100;

type CustomerCall = StartReissue | CustomerMessage;

/** How the body of a step ends: with a final outcome, or with the wish to go on in another activity. */
export type Ending =
  | {
      readonly kind: 'outcome';
      readonly outcome: OutcomeWithoutReissue;
      readonly superseded?: readonly string[];
    }
  | { readonly kind: 'proceed' }
  | { readonly kind: 'refuse'; readonly code: RefusalCode };

type WithoutReissue<T> = T extends unknown ? Omit<T, 'reissue'> : never;
type OutcomeWithoutReissue = WithoutReissue<StepOutcome>;

/** The step is done. */
export function done(
  more: Pick<StepOutcome, 'challenges' | 'results'> = {},
  superseded: readonly string[] = [],
): Ending {
  return { kind: 'outcome', outcome: { status: 'DONE', ...more }, superseded };
}

/** The step was taken and the answer is no: it is recorded, and a retry gets the same answer. */
export function failed(
  code: RefusalCode,
  more: { reason?: string; errors?: { pointer: string; message: string }[] } = {},
): Ending {
  return { kind: 'outcome', outcome: { status: 'REFUSED', code, ...more } };
}

/** The step cannot be taken: nothing changes, and the same call may succeed another time. */
export function refused(code: RefusalCode): Ending {
  return { kind: 'refuse', code };
}

/** The step goes on outside the database; what it wrote so far is committed. */
export const proceed: Ending = { kind: 'proceed' };

export interface StepOptions {
  /** Takes the lock on the person before the one on the reissue. */
  readonly lockPerson?: boolean;
  /** Takes the step although the reissue is parked: its retry, or the customer's cancel. */
  readonly whileParked?: boolean;
}

/**
 * The frame of every step of a customer: one transaction that finds a recorded answer, locks the row, checks
 * the precondition, runs `body`, and writes effect, events, audit and answer together.
 *
 * @param message what the state must accept; undefined where any state will do
 */
export async function takeStep(
  context: StepContext,
  reissueId: string,
  call: CustomerCall,
  message: Message | undefined,
  body: (change: ReissueChange) => Promise<Ending>,
  options: StepOptions = {},
): Promise<PreparedStep> {
  return inTransaction(context.db, async (tx) => {
    const row = await lockForStep(tx, reissueId, options);
    if (!row) throw new Error('the reissue has no row'); // its start was refused, so its workflow has ended
    const recorded = await findStep(tx, reissueId, call.updateId);
    if (recorded) return { ...resultOf(recorded, row, context), proceed: false };

    const now = context.clock();
    const refusal = precondition(row, message, options);
    const change = new ReissueChange(tx, row, now);
    const ending = refusal ? refused(refusal) : await body(change);
    if (ending.kind === 'refuse') {
      await appendAudit(tx, reissueId, {
        actor: 'customer',
        action: call.kind,
        outcome: 'REFUSED',
        reason: ending.code,
        occurred_at: now,
      });
      return {
        standing: standingOf(row, context.deadlines),
        status: 'REFUSED',
        code: ending.code,
        proceed: false,
      };
    }
    if (ending.kind === 'proceed') {
      const after = await change.write();
      return {
        standing: standingOf(after, context.deadlines),
        status: 'DONE',
        proceed: true,
        customerRef: after.customer_ref,
      };
    }
    const step = await record(change, call, ending);
    return { ...resultOf(step, change.row, context), proceed: false };
  });
}

async function lockForStep(
  tx: Tx,
  reissueId: string,
  { lockPerson }: StepOptions,
): Promise<ReissueRow | undefined> {
  if (lockPerson) {
    const unlocked = await findReissue(tx, reissueId);
    if (unlocked?.customer_id) await lockCustomer(tx, unlocked.customer_id);
  }
  return lockReissue(tx, reissueId);
}

function precondition(
  row: ReissueRow,
  message: Message | undefined,
  options: StepOptions,
): RefusalCode | undefined {
  if (row.parked_step && !options.whileParked) return 'PARKED';
  if (message && !accepts(row.state, message)) return 'WRONG_STATE';
  if (row.steps >= maximumSteps && message !== 'cancel') return 'TOO_MANY_STEPS';
  return undefined;
}

/** Writes the change and its answer, and destroys the secrets that the step brought along. */
async function record(
  change: ReissueChange,
  call: CustomerCall,
  { outcome, superseded }: Extract<Ending, { kind: 'outcome' }>,
): Promise<Pick<StepRow, 'outcome' | 'request_hmac'>> {
  const { tx, now } = change;
  change.audit({
    actor: 'customer',
    action: call.kind,
    outcome: outcome.status,
    reason: outcome.status === 'REFUSED' ? outcome.code : null,
    details: {
      state: change.row.state,
      ...(outcome.status === 'REFUSED' && outcome.reason ? { reason: outcome.reason } : {}),
    },
    personal: { ...call.origin },
  });
  change.set({ steps: change.row.steps + 1, pending_message: null });
  const after = await change.write();
  const certificate = after.serial ? await certificateBySerial(tx, after.serial) : undefined;
  const recorded: RecordedOutcome = {
    ...outcome,
    reissue: showReissue({ ...after, updated_at: now }, certificate),
    notify: change.notify,
    superseded: superseded ?? [],
  };
  const step = {
    reissue_id: after.reissue_id,
    update_id: call.updateId,
    kind: call.kind,
    request_hmac: call.requestHmac,
    outcome: recorded,
    recorded_at: now,
  };
  await insertStep(tx, step);
  await destroyVaultItemsOfStep(tx, after.reissue_id, call.updateId);
  return step;
}

/**
 * The workflow's part is kept with the answer: a step that committed just before its worker died is found
 * committed, and the customer is told all the same.
 */
type RecordedOutcome = StepOutcome & {
  readonly notify: readonly Moment[];
  readonly superseded: readonly string[];
};

function resultOf(
  step: Pick<StepRow, 'outcome' | 'request_hmac'>,
  row: ReissueRow,
  context: StepContext,
): StepResult {
  const outcome = step.outcome as unknown as RecordedOutcome;
  return {
    standing: standingOf(row, context.deadlines),
    status: outcome.status,
    ...(outcome.status === 'REFUSED' ? { code: outcome.code } : {}),
    requestHmac: step.request_hmac,
    notify: outcome.notify,
    superseded: outcome.superseded,
    customerRef: row.customer_ref,
  };
}
