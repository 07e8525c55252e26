import type { Database, Tx } from '../database.js';
import type { Write } from '../writes.js';

/**
 * Whether this customer proved their identity on this device before.
 *
 * @param device keyed digest of its id
 */
export async function isKnownDevice(
  db: Database<'select known_device'> | Tx<'select known_device'>,
  customerId: string,
  device: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('known_device')
    .select('device')
    .where('customer_id', '=', customerId)
    .where('device', '=', device)
    .executeTakeFirst();
  return row !== undefined;
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
