import { inTransaction, type Database, type Tx } from '#libs/db';
import { advanceRateLimits, capRateLimit, readRateLimits, refundRateLimit } from '#libs/db/identity';
import { cellOf, type RateLimit } from './gcra.js';

type LimitPrivilege = 'select rate_limit' | 'insert rate_limit' | 'update rate_limit';
type LimitDatabase = Database<LimitPrivilege>;
type LimitTx = Tx<LimitPrivilege>;

/** One use of one limit. */
export interface LimitUse {
  /** What is counted; personal parts of it as keyed digests. */
  readonly key: string;
  readonly limit: RateLimit;
  /** How many uses this one counts for; 1 where nothing is said. */
  readonly cost?: number;
}

/** Whether the use may happen. If not, the same use at `retryAfterMs` from now would, unless others come first. */
export type Allowance =
  { readonly allowed: true } | { readonly allowed: false; readonly retryAfterMs: number };

const allowed: Allowance = { allowed: true };

/** Uses one limit, in a transaction of somebody's or in none. */
export async function useLimit(db: LimitDatabase | LimitTx, use: LimitUse, now: Date): Promise<Allowance> {
  const taken = await advance(db, [use], now);
  return taken.has(use.key) ? allowed : denied(db, [use], now);
}

/**
 * Uses several limits, all of them or none. Their rows stay locked until the transaction ends.
 *
 * @param uses with different keys
 */
export async function useLimits(tx: LimitTx, uses: readonly LimitUse[], now: Date): Promise<Allowance> {
  if (uses.length === 0) return allowed;
  const taken = await advance(tx, uses, now);
  if (taken.size === uses.length) return allowed;
  for (const use of uses.filter(({ key }) => taken.has(key))) await refundUse(tx, use);
  return denied(
    tx,
    uses.filter(({ key }) => !taken.has(key)),
    now,
  );
}

/**
 * Uses the first of several ways that is allowed, as {@link useLimits}.
 *
 * @param ways at least one; each a list of uses that are needed together
 */
export async function useFirstAllowed(
  tx: LimitTx,
  ways: readonly (readonly LimitUse[])[],
  now: Date,
): Promise<Allowance> {
  const { used: _, ...allowance } = await useFirstAllowedLimits(tx, ways, now);
  return allowance;
}

/** As {@link useFirstAllowed}. @returns also what was used, to be given back if it shall not count */
export async function useFirstAllowedLimits(
  tx: LimitTx,
  ways: readonly (readonly LimitUse[])[],
  now: Date,
): Promise<Allowance & { readonly used: readonly LimitUse[] }> {
  let retryAfterMs = Infinity;
  for (const uses of ways) {
    const allowance = await useLimits(tx, uses, now);
    if (allowance.allowed) return { ...allowance, used: uses };
    retryAfterMs = Math.min(retryAfterMs, allowance.retryAfterMs);
  }
  return { allowed: false, retryAfterMs, used: [] };
}

/** As {@link useLimits}, in a transaction of its own. */
export function useLimitsInTransaction(
  db: LimitDatabase,
  uses: readonly LimitUse[],
  now: Date,
): Promise<Allowance> {
  const [only, ...others] = uses;
  if (only && others.length === 0) return useLimit(db, only, now);
  return inTransaction(db, (tx) => useLimits(tx, uses, now));
}

/** Gives a use back that shall not count after all. */
export function refundUse(db: LimitDatabase | LimitTx, { key, limit, cost = 1 }: LimitUse): Promise<void> {
  return refundRateLimit(db, key, cost * limit.everyMs);
}

function advance(
  db: LimitDatabase | LimitTx,
  uses: readonly LimitUse[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const advances = uses.map(({ key, limit, cost }) => {
    const { byMs, latest } = cellOf(limit, now, cost);
    return { key, byMs, notAfter: latest };
  });
  return advanceRateLimits(db, advances, now);
}

/** How long to wait for the slowest of these limits. */
async function denied(db: LimitDatabase | LimitTx, uses: readonly LimitUse[], now: Date): Promise<Allowance> {
  const tats = await readRateLimits(
    db,
    uses.map(({ key }) => key),
  );
  let retryAfterMs = 1; // somebody gave theirs back in this moment
  for (const { key, limit, cost } of uses) {
    const { latest, full } = cellOf(limit, now, cost);
    const tat = tats.get(key) ?? now;
    // The clock was ahead, or the limit was wider: nobody has to wait until that time comes.
    if (tat > full) await capRateLimit(db, key, full);
    retryAfterMs = Math.max(retryAfterMs, Math.min(tat.getTime(), full.getTime()) - latest.getTime());
  }
  return { allowed: false, retryAfterMs };
}
