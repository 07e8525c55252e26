import { isFinal, type ResumedStep, type StepResult } from '#libs/domain';
import { inTransaction, type RoleTx } from '#libs/db';
import { certificateBySerial } from '#libs/db/certificates';
import { lockReissue, type ReissueRow } from '#libs/db/reissues';
import {
  endReissue,
  noRow,
  nextReminderOf,
  ReissueChange,
  reissueStandingOf,
  type StepContext,
} from '#activities/step';
import { finishCoolingOff } from './cooling-off.js';
import { pendingOf } from './park.js';

/** A deadline that ends within this time is due already, because clocks differ a little. Milliseconds. */
const toleranceMs = 1_000;

/**
 * Applies what is due by the row: a reminder, the end of a wait, the end by a deadline, or nothing. It runs at a wake-up time
 * and after every signal that the row changed. A proof of registration that committed first wins, and the deadline changes
 * nothing.
 *
 * @returns also the message to finish, if a wait has ended
 */
export async function applyDeadlines(context: StepContext, reissueId: string): Promise<ResumedStep> {
  return inTransaction(context.db, async (tx) => {
    const row = await lockReissue(tx, reissueId);
    if (!row) return noRow;
    const now = context.clock();
    const due = (at: Date | null | undefined) => Boolean(at && at.getTime() <= now.getTime() + toleranceMs);
    const answer = (after: ReissueRow): StepResult => ({
      standing: reissueStandingOf(after, context.deadlines),
      status: 'DONE',
      customerRef: after.customer_ref,
    });
    const changed = ({ row: after, notify, notified }: ReissueChange): StepResult => ({
      ...answer(after),
      notify,
      notified,
    });

    if (isFinal(row.state)) return answer(row);
    if (row.parked_since) {
      const abandonAt = new Date(row.parked_since.getTime() + context.deadlines.untilAbandonedMs);
      if (!due(abandonAt)) return answer(row);
      return changed(await endReissue(tx, row, 'abandon', now, { actor: 'system', code: 'NOT_RETRIED' }));
    }
    // Deadlines act only between steps. A wait may have ended in an earlier run of this step.
    if (row.state === 'ISSUING') return { ...answer(row), ...pendingOf(row) };
    if (row.state === 'COOLING_OFF') {
      if (!due(row.cooling_off_until)) return answer(row);
      const change = await finishCoolingOff(tx, row, now);
      return { ...changed(change), ...pendingOf(change.row) };
    }
    if (due(nextReminderOf(row, context.deadlines)) && !due(row.deadline)) {
      const change = new ReissueChange(tx, row, now);
      // One reminder replaces all reminders that became due while no worker ran.
      while (due(nextReminderOf(change.row, context.deadlines)))
        change.set({ reminders_sent: change.row.reminders_sent + 1 });
      change.audit({ actor: 'system', action: 'remind', outcome: 'DONE' });
      change.notify.push('REMINDER');
      await change.write();
      return changed(change);
    }
    if (!due(row.deadline)) return answer(row);

    const later = await laterDeadline(context, tx, row, now);
    if (later && later > now) {
      const change = new ReissueChange(tx, row, now);
      change.set({ deadline: later });
      return answer(await change.write());
    }
    return changed(await endReissue(tx, row, 'expire', now, { actor: 'system', code: 'DEADLINE' }));
  });
}

/**
 * The deadline of a customer who downloaded the new certificate and has no other in force. Withdrawing it would leave
 * the customer without any, so the deadline is later.
 */
async function laterDeadline(
  context: StepContext,
  tx: RoleTx<'worker'>,
  row: ReissueRow,
  now: Date,
): Promise<Date | undefined> {
  if (row.state !== 'ISSUED' || !row.issued_at || !row.downloaded_at) return undefined;
  const old = row.old_serial ? await certificateBySerial(tx, row.old_serial) : undefined;
  const oldInForce = old && !old.revoked_at && !old.hold_at && old.not_after > now;
  if (oldInForce) return undefined;
  return new Date(row.issued_at.getTime() + context.deadlines.untilRegisteredWithoutOldMs);
}
