import type { AuthorityAction } from '#libs/domain';
import type { Database, Tx } from './connect.js';

/** What was done to the CA, its keys or its certificates outside any reissue. */
export interface NewAuthorityEntry {
  /** Who: an operator's name, or the process that acted by itself. */
  readonly actor: string;
  readonly action: AuthorityAction;
  /**
   * `STARTED` before an act, then `DONE` or `FAILED`; what is refused is `REFUSED`. A check of a VID is `MATCHED` or
   * `MISMATCHED`.
   */
  readonly outcome: 'STARTED' | 'DONE' | 'FAILED' | 'REFUSED' | 'MATCHED' | 'MISMATCHED';
  readonly reason?: string;
  /** Never a secret: key identifiers, serials, counts. */
  readonly details?: Record<string, unknown>;
  readonly occurredAt: Date;
}

/** Appends to the authority's audit trail. */
export async function appendAuthorityEntry(db: Database | Tx, entry: NewAuthorityEntry): Promise<void> {
  await db
    .insertInto('authority_entry')
    .values({
      actor: entry.actor,
      action: entry.action,
      outcome: entry.outcome,
      reason: entry.reason ?? null,
      details: JSON.stringify(entry.details ?? {}),
      occurred_at: entry.occurredAt,
    })
    .execute();
}
