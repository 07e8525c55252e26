import type { AuthorityAction } from '#libs/domain';
import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

/** An entry about the CA, its keys or its certificates outside any reissue. */
export interface NewAuthorityEntry {
  /** The operator, or the process that acted by itself. */
  readonly actor: string;
  readonly action: AuthorityAction;
  /**
   * `STARTED` before an act, then `DONE` or `FAILED`; `REFUSED` if the act was not allowed. A VID check has `MATCHED` or
   * `MISMATCHED`.
   */
  readonly outcome: 'STARTED' | 'DONE' | 'FAILED' | 'REFUSED' | 'MATCHED' | 'MISMATCHED';
  readonly reason?: string;
  /** Never a secret: key identifiers, serials, counts. */
  readonly details?: Record<string, unknown>;
  readonly occurredAt: Date;
}

/** Appends an entry to the authority's audit trail. */
export async function appendAuthorityEntry(
  db: Database<'insert authority_entry'> | Tx<'insert authority_entry'>,
  entry: NewAuthorityEntry,
): Promise<void> {
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

/**
 * Appends an entry for each item of an operation, with the reissue and the certificate, or the customer, of the item. Search, timeline and
 * evidence of each of them can then show who requested and who approved the operation. One entry is written if the
 * operation has no items or does not exist.
 */
export async function appendItemEntries(
  tx: Tx<
    | 'select certificate'
    | 'select operation'
    | 'select operation_item'
    | 'select reissue'
    | 'insert authority_entry'
  >,
  operationId: string,
  entry: NewAuthorityEntry,
): Promise<void> {
  const { actor, action, outcome, reason = null, details = {}, occurredAt } = entry;
  await sql`
    INSERT INTO authority_entry (actor, action, outcome, reason, details, occurred_at)
    SELECT ${actor}, ${action}, ${outcome}, ${reason}::text, ${JSON.stringify(details)}::jsonb
      || jsonb_strip_nulls(jsonb_build_object(
        'reissueId', CASE WHEN starts_with(target, 'ri_') THEN target ELSE made.reissue_id END,
        'serial', CASE WHEN starts_with(target, 'ri_') THEN asked.serial WHEN kind <> 'unblock' THEN target END,
        'customerRef', CASE WHEN kind = 'unblock' THEN target END)),
      ${occurredAt}::timestamptz
    FROM (SELECT ${operationId} AS operation_id) AS given
    LEFT JOIN operation USING (operation_id)
    LEFT JOIN operation_item USING (operation_id)
    LEFT JOIN reissue AS asked ON asked.reissue_id = target
    LEFT JOIN certificate AS made ON made.serial = target
    ORDER BY ordinal`.execute(tx);
}
