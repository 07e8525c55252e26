import { isFinal, type Deadlines, type ReissueStanding, type StepResult } from '#libs/domain';
import type { ReissueRow } from '#libs/db/reissues';

/**
 * The result for a reissue that has no row: its start never committed, or the database was restored to an earlier time.
 * The workflow then ends.
 */
export const noRow: StepResult = {
  standing: { state: 'TIMED_OUT', alarm: null, parked: null },
  status: 'REFUSED',
  code: 'WRONG_STATE',
  missing: true,
};

/** The part of a row that the workflow needs: its state, its wake-up time, and why it is parked. */
export function reissueStandingOf(row: ReissueRow, deadlines: Deadlines): ReissueStanding {
  return {
    state: row.state,
    alarm: wakeUpTimeOf(row, deadlines)?.toISOString() ?? null,
    parked:
      row.parked_step && row.parked_code
        ? { step: row.parked_step, code: row.parked_code, sequence: row.park_sequence }
        : null,
  };
}

function wakeUpTimeOf(row: ReissueRow, deadlines: Deadlines): Date | null {
  if (isFinal(row.state)) return null;
  if (row.parked_since) return new Date(row.parked_since.getTime() + deadlines.untilAbandonedMs);
  if (row.state === 'ISSUING') return null;
  if (row.state === 'COOLING_OFF') return row.cooling_off_until;
  const reminder = nextReminderOf(row, deadlines);
  return reminder && row.deadline && reminder < row.deadline ? reminder : row.deadline;
}

/** When to remind the customer next to register the issued certificate. */
export function nextReminderOf(row: ReissueRow, deadlines: Deadlines): Date | undefined {
  const after = deadlines.remindersMs[row.reminders_sent];
  if (row.state !== 'ISSUED' || !row.issued_at || after === undefined) return undefined;
  return new Date(row.issued_at.getTime() + after);
}
