import { sql } from 'kysely';
import type { Database } from '../database.js';

/** The reissues parked in one step with one code. */
export interface ParkedCount {
  readonly step: string;
  readonly code: string;
  readonly reissues: number;
  /** When the oldest of them was parked. */
  readonly oldest: Date;
}

export async function countParkedReissues(db: Database<'select reissue'>): Promise<ParkedCount[]> {
  const { rows } = await sql<ParkedCount>`
    SELECT parked_step AS step, parked_code AS code, count(*)::int AS reissues, min(parked_since) AS oldest
    FROM reissue WHERE parked_step IS NOT NULL GROUP BY parked_step, parked_code`.execute(db);
  return rows;
}

/** Counts the locks of identity methods and of passwords since a time. */
export async function countLocksSince(
  db: Database<'select audit_entry'>,
  since: Date,
): Promise<{ identity: number; password: number }> {
  const { rows } = await sql<{ identity: number; password: number }>`
    SELECT count(*) FILTER (WHERE action = 'answerChallenge' AND outcome = 'LOCKED')::int AS identity,
      count(*) FILTER (WHERE action = 'submitPassword' AND reason = 'PASSWORD_LOCKED')::int AS password
    FROM audit_entry WHERE occurred_at > ${since}`.execute(db);
  return rows[0] ?? { identity: 0, password: 0 };
}
