import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

/** One use of a rate limit key; `#libs/rate-limit` explains the times. */
export interface RateLimitAdvance {
  readonly key: string;
  /** By how much the theoretical arrival time moves, in milliseconds. */
  readonly byMs: number;
  /** It moves only if it is no later than this. */
  readonly notAfter: Date;
}

/**
 * Moves the theoretical arrival time of each key, where that is allowed, in one statement. All keys stay locked until the
 * transaction ends. They are locked in the order of their names, so that two transactions cannot deadlock.
 *
 * @param advances each key at most once
 * @returns the keys that were moved
 */
export async function advanceRateLimits(
  db:
    | Database<'select rate_limit' | 'insert rate_limit' | 'update rate_limit'>
    | Tx<'select rate_limit' | 'insert rate_limit' | 'update rate_limit'>,
  advances: readonly RateLimitAdvance[],
  now: Date,
): Promise<Set<string>> {
  const keys = sql.val(advances.map(({ key }) => key));
  const bys = sql.val(advances.map(({ byMs }) => byMs));
  const limits = sql.val(advances.map(({ notAfter }) => notAfter));
  const { rows } = await sql<{ key: string }>`
    with wanted as (
      select key, by_ms * interval '1 millisecond' as by, not_after
      from unnest(${keys}::text[], ${bys}::float8[], ${limits}::timestamptz[]) as w (key, by_ms, not_after)
    )
    insert into rate_limit (key, tat)
    select key, ${now}::timestamptz + by from wanted order by key
    on conflict (key) do update
      set tat = greatest(rate_limit.tat, ${now}::timestamptz) + (excluded.tat - ${now}::timestamptz)
      where rate_limit.tat <= (select not_after from wanted where wanted.key = excluded.key)
    returning key`.execute(db);
  return new Set(rows.map(({ key }) => key));
}

/** The theoretical arrival times of these keys; a key that was never used has none. */
export async function readRateLimits(
  db: Database<'select rate_limit'> | Tx<'select rate_limit'>,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const rows = await db
    .selectFrom('rate_limit')
    .selectAll()
    .where((is) => is('key', '=', is.fn.any(is.val(keys))))
    .execute();
  return new Map(rows.map(({ key, tat }) => [key, tat]));
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

/** Reduces a theoretical arrival time to `at` if it is later. */
export async function capRateLimit(
  db: Database<'select rate_limit' | 'update rate_limit'> | Tx<'select rate_limit' | 'update rate_limit'>,
  key: string,
  at: Date,
): Promise<void> {
  await db.updateTable('rate_limit').set({ tat: at }).where('key', '=', key).where('tat', '>', at).execute();
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
