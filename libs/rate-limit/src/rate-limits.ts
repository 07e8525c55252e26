import type { Database, Tx } from '#libs/db';
import {
  refundRateLimit,
  useRateLimits,
  useRateLimitsOnDevice,
  type LimitPrivilege,
  type RateLimitUse,
} from '#libs/db/identity';
import { cellOf, type RateLimit } from './gcra.js';

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

/** Uses several limits, all of them or none. Their rows stay locked until the end of the caller's transaction. */
export async function useLimits(
  db: LimitDatabase | LimitTx,
  uses: readonly LimitUse[],
  now: Date,
): Promise<Allowance> {
  return allowanceAfter(await useRateLimits(db, rateLimitUses(uses, now), now));
}

const allowanceAfter = (waitMs: number | null): Allowance =>
  waitMs === null ? { allowed: true } : { allowed: false, retryAfterMs: waitMs };

/**
 * Uses the limits of a customer's known device, or those of any other device, as {@link useLimits}.
 *
 * @param device keyed digest of its id
 */
export async function useLimitsOnDevice(
  tx: Tx<LimitPrivilege | 'select known_device'>,
  who: { readonly customerId: string; readonly device: string },
  uses: { readonly known: readonly LimitUse[]; readonly unknown: readonly LimitUse[] },
  now: Date,
): Promise<Allowance & { readonly known: boolean }> {
  const counted = { known: rateLimitUses(uses.known, now), unknown: rateLimitUses(uses.unknown, now) };
  const { known, waitMs } = await useRateLimitsOnDevice(tx, who, counted, now);
  return { known, ...allowanceAfter(waitMs) };
}

/** Uses one limit. */
export function useLimit(db: LimitDatabase | LimitTx, use: LimitUse, now: Date): Promise<Allowance> {
  return useLimits(db, [use], now);
}

/** The uses as a statement takes them that does more than to use limits. */
export const rateLimitUses = (uses: readonly LimitUse[], now: Date): RateLimitUse[] =>
  uses.map(({ key, limit, cost }) => ({ key, ...cellOf(limit, now, cost) }));

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

/** Undoes a counted use. */
export function refundUse(db: LimitDatabase | LimitTx, { key, limit, cost = 1 }: LimitUse): Promise<void> {
  return refundRateLimit(db, key, cost * limit.everyMs);
}
