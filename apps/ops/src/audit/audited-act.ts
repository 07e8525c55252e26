import type { RoleDatabase, RoleTx } from '#libs/db';
import { appendAuthorityEntry, type NewAuthorityEntry } from '#libs/db/audit';
import type { AuthorityAction, Clock } from '#libs/domain';
import { ProblemError } from '#libs/http';
import type { Staff } from '../access/staff.js';

interface Recorder {
  readonly db: RoleDatabase<'ops'> | RoleTx<'ops'>;
  readonly clock: Clock;
}

/** Records an act of staff that is not part of an operation. */
export const recordAct = (
  { db, clock }: Recorder,
  { actor }: Staff,
  entry: Pick<NewAuthorityEntry, 'action' | 'outcome' | 'reason' | 'details'>,
): Promise<void> => appendAuthorityEntry(db, { ...entry, actor, occurredAt: clock() });

/**
 * Reads, and records the outcome before the result is returned: `DONE`, `REFUSED` with the type of the problem, or
 * `FAILED`. If the entry cannot be written, the caller gets an error instead of the result.
 *
 * @throws the error of `read`, after it was recorded
 */
export async function auditedRead<Found>(
  recorder: Recorder,
  staff: Staff,
  action: AuthorityAction,
  details: Record<string, unknown>,
  read: () => Promise<Found>,
): Promise<Found> {
  const found = await read().catch(async (error: unknown) => {
    await recordAct(recorder, staff, { action, details, ...failureOf(error) });
    throw error;
  });
  await recordAct(recorder, staff, { action, details, outcome: 'DONE' });
  return found;
}

/** Outcome and reason of an act that failed with this error. */
export function failureOf(error: unknown): Pick<NewAuthorityEntry, 'outcome' | 'reason'> {
  if (error instanceof ProblemError && error.status < 500) return { outcome: 'REFUSED', reason: error.type };
  return { outcome: 'FAILED', reason: error instanceof Error ? error.name : 'Error' };
}
