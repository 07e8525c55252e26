import { sql } from 'kysely';
import type { Database } from '../database.js';

/** Counting and listing stop here. */
const most = 1_000;

type Reader = Database<'select audit_entry' | 'select authority_entry' | 'select operation'>;

/** Reissues that were parked in a period, and that no member of staff has looked at or acted on since, at most 1,000. */
export async function parkedAndNotSeen(db: Reader, from: Date, to: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT reissue_id AS id FROM audit_entry AS parked
    WHERE action = 'park' AND occurred_at >= ${from} AND occurred_at < ${to} AND NOT EXISTS (
      SELECT FROM authority_entry AS seen
      WHERE seen.details ? 'reissueId' AND seen.details ->> 'reissueId' = parked.reissue_id
        AND seen.occurred_at >= parked.occurred_at AND seen.actor LIKE 'staff:%')
    GROUP BY reissue_id ORDER BY min(occurred_at), reissue_id LIMIT ${most}`.execute(db);
  return rows.map(({ id }) => id);
}

/** Operations of a period that were confirmed and that no second person decided on in time, at most 1,000. */
export async function confirmedAndNotDecided(db: Reader, from: Date, to: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT operation_id AS id FROM operation
    WHERE created_at >= ${from} AND created_at < ${to} AND confirmed_at IS NOT NULL AND state = 'EXPIRED'
    ORDER BY created_at, operation_id LIMIT ${most}`.execute(db);
  return rows.map(({ id }) => id);
}

/** Whether staff acted in a period, and no one has read the review of its month. */
export async function reviewMissing(db: Reader, month: string, from: Date, to: Date): Promise<boolean> {
  const { rows } = await sql<{ missing: boolean }>`
    SELECT EXISTS (
        SELECT FROM authority_entry WHERE occurred_at >= ${from} AND occurred_at < ${to} AND actor LIKE 'staff:%')
      AND NOT EXISTS (
        SELECT FROM authority_entry WHERE action = 'reviewAccess' AND occurred_at >= ${from} AND outcome = 'DONE'
          AND details ->> 'month' = ${month}) AS missing`.execute(db);
  return rows[0]!.missing;
}
