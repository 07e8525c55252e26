import type { Reissue } from '#libs/contracts';
import type { ReissueRow } from '#libs/db/reissues';
import { accepts, stepLimitReached, isFinal, type StepMessage } from '#libs/domain';
import { problem } from '../problems.js';
import type { StepCall } from './step-draft.js';

/** The columns that decide whether a message can succeed. */
type PrecheckedColumns = Pick<ReissueRow, 'state' | 'parked_step' | 'password_attempts' | 'steps'>;

/**
 * Refuses a message that cannot succeed. The message is not sent to the workflow. This only saves work: the row may
 * change at any time, and the step checks again under its lock.
 *
 * @throws ProblemError 409 `wrong-state`, `parked` or `too-many-steps`, 423 `password-locked`
 */
export function precheck(row: PrecheckedColumns, message: StepMessage, reissue: Reissue): void {
  if (isFinal(row.state)) throw problem('wrong-state', { reissue });
  if (row.parked_step && message.kind !== 'cancel') throw problem('parked', { reissue });
  const [first = message] = message.kind === 'apply' ? message.parts : [];
  if (first.kind === 'apply' || !accepts(row.state, first.kind)) throw problem('wrong-state', { reissue });
  if (stepLimitReached(row.steps, first.kind)) throw problem('too-many-steps', { reissue });
  if (first.kind === 'submitPassword' && row.password_attempts === 0)
    throw problem('password-locked', { reissue });
}

/** Whether `call` parked the reissue. Its message is stored, so a repetition is not a new call. */
export function waitsForOperator(
  { parked_step: parked, pending_message: pending }: Pick<ReissueRow, 'parked_step' | 'pending_message'>,
  { updateId, requestHmac }: StepCall,
): boolean {
  if (!parked || !pending) return false;
  const same = pending.updateId === updateId || pending.updateId.startsWith(`${updateId}/`);
  return same && pending.requestHmac === requestHmac;
}
