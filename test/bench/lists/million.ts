import type { Database } from '#libs/db';
import { sql } from 'kysely';

/** Rows of one statement, which must end within the pool's statement timeout. */
const chunk = 20_000;

/**
 * Inserts reissues like those of two years: nine tenths registered, a tenth ended otherwise, some thousands open, and some
 * hundreds of these parked. A customer has four on average.
 */
export async function insertReissues(
  owner: Database,
  count: number,
  progress: (done: number) => void,
): Promise<void> {
  for (let from = 0; from < count; from += chunk) {
    await insertChunk(owner, from, Math.min(from + chunk, count) - 1, count);
    if ((from / chunk) % 10 === 9) progress(from + chunk);
  }
  await sql`ANALYZE reissue`.execute(owner);
}

/** Newer reissues have higher numbers. The newest half percent is open. */
async function insertChunk(owner: Database, first: number, last: number, count: number): Promise<void> {
  await sql`
    INSERT INTO reissue (reissue_id, api_key_name, reason, state, applicant_name, applicant_mobile, person_key,
      customer_ref, key_thumbprint, effective_reason, policy_version, methods, identity_attempts, deadline, parked_step,
      parked_since, parked_code, park_sequence, ended_at, end_code, created_at, updated_at)
    SELECT 'ri_' || md5(n::text), 'bench', reason, state, '가상인물', '01000000000', md5('person' || n % ${count / 4}),
      'cr_' || md5('customer' || n % ${count / 4}), 'bench', reason, '1', '{}', 5,
      CASE WHEN open THEN created_at + interval '30 minutes' END,
      CASE WHEN parked THEN (ARRAY['SEND_CHALLENGES', 'VERIFY_CHALLENGES', 'ISSUE_CERTIFICATE', 'RECORD_STEP'])[1 + dice % 4] END,
      CASE WHEN parked THEN created_at + interval '5 minutes' END,
      CASE WHEN parked THEN (ARRAY['DEPENDENCY_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'STEP_FAILED'])[1 + dice % 3] END,
      parked::int,
      CASE WHEN NOT open THEN created_at + interval '20 minutes' END,
      CASE state WHEN 'TIMED_OUT' THEN 'DEADLINE' WHEN 'CANCELLED' THEN
        (ARRAY['CANCELLED_BY_CUSTOMER', 'SUPERSEDED'])[1 + dice % 2] WHEN 'REJECTED' THEN 'IDENTITY_LOCKED'
        WHEN 'ABANDONED' THEN 'NOT_RETRIED' WHEN 'WITHDRAWN' THEN 'DEADLINE' END,
      created_at, created_at
    FROM (
      SELECT n, dice, open, open AND dice % 10 = 0 AS parked, created_at,
        (ARRAY['EXPIRED', 'EXPIRED', 'EXPIRED', 'LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED'])[1 + dice % 6] AS reason,
        CASE WHEN open THEN (ARRAY['IDENTITY_REQUIRED', 'PASSWORD_REQUIRED', 'CONSENT_REQUIRED', 'KEY_REQUIRED',
            'ISSUING', 'ISSUED'])[1 + dice / 7 % 6]
          WHEN dice % 100 < 90 THEN 'REGISTERED' WHEN dice % 100 < 95 THEN 'TIMED_OUT'
          WHEN dice % 100 < 97 THEN 'CANCELLED' WHEN dice % 100 < 98 THEN 'REJECTED'
          WHEN dice % 1000 < 985 THEN 'ABANDONED' ELSE 'WITHDRAWN' END AS state
      FROM (
        SELECT n, n > ${count * 0.995} AS open, ('x' || substr(md5('dice' || n), 1, 7))::bit(28)::int AS dice,
          timestamptz '2024-11-23T00:00:00Z' + n * (interval '2 years' / ${count}::float8) AS created_at
        FROM generate_series(${first}::int, ${last}::int) AS n
      ) AS drawn
    ) AS made`.execute(owner);
}
