import { appendAuthorityEntry, type Database } from '#libs/db';
import type { AuthorityAction, Clock } from '#libs/domain';
import type { Staff } from '../access/staff.js';

/** Puts on record that somebody looks, before they see anything. */
export async function recordLook(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  staff: Staff,
  action: AuthorityAction,
  details: Record<string, unknown> = {},
): Promise<void> {
  await appendAuthorityEntry(db, {
    actor: staff.actor,
    action,
    outcome: 'DONE',
    details,
    occurredAt: clock(),
  });
}
