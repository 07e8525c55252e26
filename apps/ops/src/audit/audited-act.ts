import type { Database } from '#libs/db';
import { appendAuthorityEntry, type NewAuthorityEntry } from '#libs/db/audit';
import type { AuthorityAction, Clock } from '#libs/domain';
import { ProblemError } from '#libs/http';
import type { Staff } from '../access/staff.js';

interface Recorder {
  readonly db: Database;
  readonly clock: Clock;
}

/** Records an act of staff outside any operation. */
export const recordAct = (
  { db, clock }: Recorder,
  { actor }: Staff,
  entry: Pick<NewAuthorityEntry, 'action' | 'outcome' | 'reason' | 'details'>,
): Promise<void> => appendAuthorityEntry(db, { ...entry, actor, occurredAt: clock() });

/**
 * Looks, and records how it ended before anything is shown: `DONE`, `REFUSED` with the type of the problem, or `FAILED`.
 * What cannot be recorded is not shown.
 *
 * @throws whatever the look throws, after it was recorded
 */
export async function auditedRead<Found>(
  recorder: Recorder,
  staff: Staff,
  action: AuthorityAction,
  details: Record<string, unknown>,
  look: () => Promise<Found>,
): Promise<Found> {
  const found = await look().catch(async (error: unknown) => {
    await recordAct(recorder, staff, { action, details, ...failureOf(error) });
    throw error;
  });
  await recordAct(recorder, staff, { action, details, outcome: 'DONE' });
  return found;
}

/** How an act ended that threw this. */
export function failureOf(error: unknown): Pick<NewAuthorityEntry, 'outcome' | 'reason'> {
  if (error instanceof ProblemError && error.status < 500) return { outcome: 'REFUSED', reason: error.type };
  return { outcome: 'FAILED', reason: error instanceof Error ? error.name : 'Error' };
}
