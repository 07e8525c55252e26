import { inTransaction, type Database, type Tx } from '#libs/db';
import { advanceRateLimits, capRateLimit, readRateLimits, refundRateLimit } from '#libs/db/identity';
import { cellOf, type RateLimit } from './gcra.js';

type LimitPrivilege = 'select rate_limit' | 'insert rate_limit' | 'update rate_limit';
type LimitDatabase = Database<LimitPrivilege>;
type LimitTx = Tx<LimitPrivilege>;

/** One use of one limit. */
export interface LimitUse {
  /** Identifies what is counted. Personal data in it is a keyed digest. */
  readonly key: string;
  readonly limit: RateLimit;
  /** Number of uses that this use counts for; 1 by default. */
  readonly cost?: number;
}

/** Whether the use is allowed. If not, it will be after `retryAfterMs`, unless other uses come first. */
export type Allowance =
  { readonly allowed: true } | { readonly allowed: false; readonly retryAfterMs: number };

const allowed: Allowance = { allowed: true };

/** Uses one limit, within the caller's transaction if there is one. */
export async function useLimit(db: LimitDatabase | LimitTx, use: LimitUse, now: Date): Promise<Allowance> {
  const taken = await advance(db, [use], now);
  return taken.has(use.key) ? allowed : denied(db, [use], now);
}

/**
 * Uses several limits, all of them or none. Their rows stay locked until the end of the transaction.
 *
 * @param uses have different keys
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
 * Uses the first of several sets of limits that is allowed, as {@link useLimits}.
 *
 * @param ways at least one set of uses that are needed together
 */
export async function useFirstAllowed(
  tx: LimitTx,
  ways: readonly (readonly LimitUse[])[],
  now: Date,
): Promise<Allowance> {
  const { used: _, ...allowance } = await useFirstAllowedLimits(tx, ways, now);
  return allowance;
}

/** As {@link useFirstAllowed}. @returns also the uses that were counted, so that they can be refunded */
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

/** As {@link useLimits}, in a new transaction. */
export function useLimitsInTransaction(
  db: LimitDatabase,
  uses: readonly LimitUse[],
  now: Date,
): Promise<Allowance> {
  const [only, ...others] = uses;
  if (only && others.length === 0) return useLimit(db, only, now);
  return inTransaction(db, (tx) => useLimits(tx, uses, now));
}

/** Undoes a counted use. */
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

/** The longest wait of these limits. */
async function denied(db: LimitDatabase | LimitTx, uses: readonly LimitUse[], now: Date): Promise<Allowance> {
  const tats = await readRateLimits(
    db,
    uses.map(({ key }) => key),
  );
  let retryAfterMs = 1; // if a concurrent refund has made room
  for (const { key, limit, cost } of uses) {
    const { latest, full } = cellOf(limit, now, cost);
    const tat = tats.get(key) ?? now;
    // A clock was ahead, or the limit was wider before. Without this cap callers would wait until that time.
    if (tat > full) await capRateLimit(db, key, full);
    retryAfterMs = Math.max(retryAfterMs, Math.min(tat.getTime(), full.getTime()) - latest.getTime());
  }
  return { allowed: false, retryAfterMs };
}
