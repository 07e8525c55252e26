import type { AuthorityAction } from '#libs/domain';
import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

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
 * Appends an entry for each item of an operation, which names the reissue and the certificate that it concerns: in the
 * search, in the timeline and in the evidence of each of them stands who asked for it and who approved it. An operation
 * without items, or that does not exist, has one entry.
 */
export async function appendItemEntries(
  tx: Tx<'select certificate' | 'select operation_item' | 'select reissue' | 'insert authority_entry'>,
  operationId: string,
  entry: NewAuthorityEntry,
): Promise<void> {
  const { actor, action, outcome, reason = null, details = {}, occurredAt } = entry;
  await sql`
    INSERT INTO authority_entry (actor, action, outcome, reason, details, occurred_at)
    SELECT ${actor}, ${action}, ${outcome}, ${reason}::text, ${JSON.stringify(details)}::jsonb
      || jsonb_strip_nulls(jsonb_build_object(
        'reissueId', CASE WHEN starts_with(target, 'ri_') THEN target ELSE made.reissue_id END,
        'serial', CASE WHEN starts_with(target, 'ri_') THEN asked.serial ELSE target END)),
      ${occurredAt}::timestamptz
    FROM (SELECT ${operationId} AS operation_id) AS operation
    LEFT JOIN operation_item USING (operation_id)
    LEFT JOIN reissue AS asked ON asked.reissue_id = target
    LEFT JOIN certificate AS made ON made.serial = target
    ORDER BY ordinal`.execute(tx);
}
