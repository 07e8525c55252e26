import { sql, type RawBuilder } from 'kysely';
import type { Database, Tx } from '../database.js';

export type LimitPrivilege = 'select rate_limit' | 'insert rate_limit' | 'update rate_limit';

/** One use of a rate limit key; `#libs/rate-limit` explains the times. */
export interface RateLimitUse {
  readonly key: string;
  /** By how much the theoretical arrival time moves, in milliseconds. */
  readonly byMs: number;
  /** It moves only if it is no later than this. */
  readonly latest: Date;
  /** The latest that is possible now. */
  readonly full: Date;
}

/** The use of several limits as a part of a statement; its value is that of {@link useRateLimits}. */
export function rateLimitUse(uses: readonly RateLimitUse[], now: Date): RawBuilder<number | null> {
  if (uses.length === 0) return sql`null::float8`;
  const [keys, moves] = [uses.map(({ key }) => key), uses.map(({ byMs }) => byMs)];
  const [latest, maxima] = [uses.map((use) => use.latest), uses.map(({ full }) => full)];
  return sql`use_rate_limits(${sql.val(keys)}::text[], ${sql.val(moves)}::float8[],
    ${sql.val(latest)}::timestamptz[], ${sql.val(maxima)}::timestamptz[], ${now}::timestamptz)`;
}

/**
 * Uses several limits, all of them or none, in one statement. Their keys stay locked until the transaction ends.
 *
 * @param uses have different keys
 * @returns after how many milliseconds the uses are allowed; null if they were counted
 */
export async function useRateLimits(
  db: Database<LimitPrivilege> | Tx<LimitPrivilege>,
  uses: readonly RateLimitUse[],
  now: Date,
): Promise<number | null> {
  if (uses.length === 0) return null;
  const { rows } = await sql<{ wait_ms: number | null }>`
    select ${rateLimitUse(uses, now)} as wait_ms`.execute(db);
  return rows[0]!.wait_ms;
}

/** Moves a theoretical arrival time back by `byMs` milliseconds. */
export async function refundRateLimit(
  db: Database<'select rate_limit' | 'update rate_limit'> | Tx<'select rate_limit' | 'update rate_limit'>,
  key: string,
  byMs: number,
): Promise<void> {
  await db
    .updateTable('rate_limit')
    .set({ tat: sql`tat - ${byMs}::float8 * interval '1 millisecond'` })
    .where('key', '=', key)
    .execute();
}

/** Deletes keys whose arrival time has passed. A missing key has its whole burst, just as these have. */
export async function deleteExpiredRateLimits(
  db: Database<'select rate_limit' | 'update rate_limit' | 'delete rate_limit'>,
  now: Date,
  limit: number,
): Promise<number> {
  const spent = db
    .selectFrom('rate_limit')
    .select('key')
    .where('tat', '<', now)
    .orderBy('tat')
    .limit(limit)
    .forUpdate()
    .skipLocked();
  const { numDeletedRows } = await db
    .deleteFrom('rate_limit')
    .where('key', 'in', spent)
    .where('tat', '<', now)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
