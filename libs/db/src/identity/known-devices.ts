import { sql } from 'kysely';
import type { Tx } from '../database.js';
import type { Write } from '../writes.js';
import { rateLimitUse, type LimitPrivilege, type RateLimitUse } from './rate-limits.js';

/** The uses of limits by someone on a device: those that count on a known device of the customer, and on any other. */
interface UsesByDevice {
  readonly known: readonly RateLimitUse[];
  readonly unknown: readonly RateLimitUse[];
}

/** What a use on a device came to; `waitMs` as {@link useRateLimits} returns it. */
interface UsedOnDevice {
  /** Whether this customer proved their identity on this device before. */
  readonly known: boolean;
  readonly waitMs: number | null;
}

/**
 * Uses the limits of a device, as {@link useRateLimits}.
 *
 * @param device keyed digest of its id
 */
export async function useRateLimitsOnDevice(
  tx: Tx<LimitPrivilege | 'select known_device'>,
  { customerId, device }: { readonly customerId: string; readonly device: string },
  { known, unknown }: UsesByDevice,
  now: Date,
): Promise<UsedOnDevice> {
  const { rows } = await sql<UsedOnDevice>`
    SELECT known,
      CASE WHEN known THEN ${rateLimitUse(known, now)} ELSE ${rateLimitUse(unknown, now)} END AS "waitMs"
    FROM (
      SELECT EXISTS (SELECT FROM known_device WHERE customer_id = ${customerId} AND device = ${device}) AS known
    ) AS device`.execute(tx);
  return rows[0]!;
}

/** Records that this customer proved their identity on this device now. */
export const recordKnownDevice = (
  tx: Tx<'select known_device' | 'insert known_device' | 'update known_device'>,
  customerId: string,
  device: string,
  now: Date,
): Write =>
  tx
    .insertInto('known_device')
    .values({ customer_id: customerId, device, first_seen_at: now, last_seen_at: now })
    .onConflict((conflict) => conflict.columns(['customer_id', 'device']).doUpdateSet({ last_seen_at: now }));

/** Forgets the devices on which this customer proved their identity until a time. @returns how many */
export async function forgetKnownDevices(
  tx: Tx<'select known_device' | 'delete known_device'>,
  customerId: string,
  until: Date,
): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('known_device')
    .where('customer_id', '=', customerId)
    .where('last_seen_at', '<=', until)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
