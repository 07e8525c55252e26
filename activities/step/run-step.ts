import { addToLogContext } from '#libs/observability';
import {
  accepts,
  stepLimitReached,
  type Clock,
  type CustomerMessage,
  type Deadlines,
  type Message,
  type NotificationKind,
  type PreparedStep,
  type RefusalCode,
  type RiskQuestion,
  type StartReissue,
  type StepResult,
} from '#libs/domain';
import { showReissue, type StepOutcome } from '#libs/contracts';
import { inTransaction, type RoleDatabase, type RoleTx, type WritePart } from '#libs/db';
import { certificatesOfReissue } from '#libs/db/certificates';
import { lockCustomerOf } from '#libs/db/customers';
import { lockForStep, type ReissueRow, type StepRow } from '#libs/db/reissues';
import { ReissueChange } from './reissue-change.js';
import { noRow, reissueStandingOf } from './reissue-standing.js';

/** What every step needs. */
export interface StepContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
}

type CustomerCall = StartReissue | CustomerMessage;

/** How the body of a step ends: with an outcome to record, with a refusal, or to proceed in another activity. */
export type StepEnding =
  | {
      readonly kind: 'outcome';
      readonly outcome: OutcomeWithoutReissue;
      readonly superseded?: readonly string[];
    }
  | { readonly kind: 'proceed'; readonly again: boolean }
  | { readonly kind: 'assess'; readonly question: RiskQuestion; readonly keep: readonly WritePart[] }
  | { readonly kind: 'refuse'; readonly code: RefusalCode; readonly retryAfterMs?: number };

type WithoutReissue<T> = T extends unknown ? Omit<T, 'reissue'> : never;
type OutcomeWithoutReissue = WithoutReissue<StepOutcome>;

/** The step succeeded. */
export function done(
  more: Pick<StepOutcome, 'challenges' | 'results'> = {},
  superseded: readonly string[] = [],
): StepEnding {
  return { kind: 'outcome', outcome: { status: 'DONE', ...more }, superseded };
}

/** The step ran and its answer is a refusal. The answer is recorded, and a retry gets the same one. */
export function failed(
  code: RefusalCode,
  more: { reason?: string; errors?: { pointer: string; message: string; code?: string }[] } = {},
): StepEnding {
  return { kind: 'outcome', outcome: { status: 'REFUSED', code, ...more } };
}

/** The step cannot run now. Nothing changes, and the same call may succeed later. */
export function refused(code: RefusalCode): StepEnding {
  return { kind: 'refuse', code };
}

/** The step cannot run yet. Nothing changes, and the same call may succeed after `retryAfterMs`. */
export function tooFrequent(retryAfterMs: number): StepEnding {
  return { kind: 'refuse', code: 'TOO_FREQUENT', retryAfterMs };
}

/** The step continues outside the database. What it wrote so far is committed. */
export const proceed: StepEnding = { kind: 'proceed', again: false };

/** As `proceed`, for a step that runs again and finds its first part committed. */
export const proceedAgain: StepEnding = { kind: 'proceed', again: true };

/**
 * The step runs again with the answer of the provider of risk decisions. Until then nothing changes.
 *
 * @param keep what is written nevertheless
 */
export function assessFirst(question: RiskQuestion, keep: readonly WritePart[] = []): StepEnding {
  return { kind: 'assess', question, keep };
}

export interface StepOptions<Read> {
  /** Locks the person before the reissue. */
  readonly lockPerson?: boolean;
  /** Reads what the body needs. Its statements go out together with the locks, and run after them. */
  readonly read?: (tx: RoleTx<'worker'>) => Promise<Read>;
  /** Runs the step although the reissue is parked: for its retry, or for the customer's cancel. */
  readonly whileParked?: boolean;
}

/**
 * Runs a step of a customer in one transaction: locks the row, returns the recorded answer if there is one, checks the
 * precondition, runs `body`, and writes effect, events, audit and answer together.
 *
 * @param message the message that the state must accept; undefined if every state is allowed
 * @param body gets what the option `read` read
 */
export async function runStep<Read = undefined>(
  context: StepContext,
  reissueId: string,
  call: CustomerCall,
  message: Message | undefined,
  body: (change: ReissueChange, read: Read) => Promise<StepEnding>,
  options: StepOptions<Read> = {},
): Promise<PreparedStep> {
  return inTransaction(context.db, async (tx) => {
    const [person, locked, read] = await Promise.all([
      options.lockPerson ? lockCustomerOf(tx, reissueId) : undefined,
      lockForStep(tx, reissueId, call.updateId),
      options.read?.(tx),
    ]);
    if (!locked) return { ...noRow, proceed: false };
    const { row, recorded, certificates } = locked;
    addToLogContext({ frontEnd: row.api_key_name, step: call.kind });
    if (recorded) return { ...resultOf(recorded, row, context), proceed: false };

    const now = context.clock();
    const refusal = precondition(row, message, options);
    const change = new ReissueChange(tx, row, now);
    change.certificates = certificates;
    change.person = person;
    const ending = refusal ? refused(refusal) : await body(change, read as Read);
    if (ending.kind !== 'refuse' && ending.kind !== 'assess') return endStep(context, change, call, ending);
    // A refusal counts as a step, but no other change of the body is written.
    const empty = new ReissueChange(tx, row, now);
    if (ending.kind === 'assess') empty.add(...ending.keep);
    return endStep(context, empty, call, ending);
  });
}

/** Writes the change with the end of its step, and returns the result for the workflow. */
export async function endStep(
  context: Pick<StepContext, 'deadlines'>,
  change: ReissueChange,
  call: CustomerCall,
  ending: StepEnding,
): Promise<PreparedStep> {
  if (ending.kind === 'outcome') {
    const step = await record(change, call, ending);
    return { ...resultOf(step, change.row, context), proceed: false };
  }
  if (ending.kind === 'assess') {
    const standing = reissueStandingOf(await change.write(), context.deadlines);
    const { customer_ref: customerRef } = change.row;
    return { standing, customerRef, status: 'DONE', proceed: true, assess: ending.question };
  }
  const refusal = ending.kind === 'refuse' ? ending : undefined;
  const again = ending.kind === 'proceed' && ending.again;
  if (refusal) {
    change.set({ steps: change.row.steps + 1 });
    change.audit(auditOf(call, 'REFUSED', refusal.code));
  } else if (!again) change.audit(auditOf(call, 'ACCEPTED'));
  const after = await change.write();
  const result = {
    standing: reissueStandingOf(after, context.deadlines),
    customerRef: after.customer_ref,
  };
  if (!refusal) return { ...result, status: 'DONE', proceed: true, ...(again ? { called: 'UNKNOWN' } : {}) };
  return {
    ...result,
    status: 'REFUSED',
    code: refusal.code,
    ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
    requestHmac: call.requestHmac,
    proceed: false,
  };
}

function auditOf(call: CustomerCall, outcome: string, reason?: string) {
  return {
    actor: 'customer',
    action: call.kind,
    outcome,
    reason: reason ?? null,
    personal: { ...call.origin },
  };
}

function precondition(
  row: ReissueRow,
  message: Message | undefined,
  options: StepOptions<unknown>,
): RefusalCode | undefined {
  if (row.parked_step && !options.whileParked) return 'PARKED';
  if (message && !accepts(row.state, message)) return 'WRONG_STATE';
  if (message && stepLimitReached(row.steps, message)) return 'TOO_MANY_STEPS';
  return undefined;
}

/** Writes the change and its answer, and destroys the secrets that the step brought. */
async function record(
  change: ReissueChange,
  call: CustomerCall,
  { outcome, superseded }: Extract<StepEnding, { kind: 'outcome' }>,
): Promise<Pick<StepRow, 'outcome' | 'request_hmac'>> {
  const { tx, now } = change;
  const refusal = outcome.status === 'REFUSED' ? outcome : undefined;
  change.audit({
    ...auditOf(call, outcome.status, refusal?.code),
    details: {
      state: change.row.state,
      ...(refusal?.reason ? { reason: refusal.reason } : {}),
      ...change.auditDetails,
    },
  });
  const waits = change.row.state === 'COOLING_OFF'; // with its request
  change.set({ steps: change.row.steps + 1, ...(waits ? {} : { pending_message: null }) });
  const after = change.row;
  const shownWith = { ...(change.certificates ?? (await certificatesOfReissue(tx, after))), now };
  const recorded: RecordedOutcome = {
    ...outcome,
    reissue: showReissue({ ...after, updated_at: now }, shownWith),
    notify: change.notify,
    notified: change.notified,
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
  await change.write(step);
  return step;
}

/**
 * An answer as the step table holds it. It includes the workflow's part, so that a step whose worker died right after
 * the commit still notifies the customer.
 */
type RecordedOutcome = StepOutcome & {
  readonly notify: readonly NotificationKind[];
  /** Absent in answers from before the outbox. */
  readonly notified?: readonly NotificationKind[];
  readonly superseded: readonly string[];
};

function resultOf(
  step: Pick<StepRow, 'outcome' | 'request_hmac'>,
  row: ReissueRow,
  context: Pick<StepContext, 'deadlines'>,
): StepResult {
  const outcome = step.outcome as unknown as RecordedOutcome;
  return {
    standing: reissueStandingOf(row, context.deadlines),
    status: outcome.status,
    ...(outcome.status === 'REFUSED' ? { code: outcome.code } : {}),
    requestHmac: step.request_hmac,
    notify: outcome.notify,
    notified: outcome.notified ?? [],
    superseded: outcome.superseded,
    customerRef: row.customer_ref,
  };
}
