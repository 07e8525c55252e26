import type { Database, Tx } from '../database.js';

/**
 * Whether somebody proved from this device that they are this customer.
 *
 * @param device keyed digest of its id
 */
export async function isKnownDevice(db: Database | Tx, customerId: string, device: string): Promise<boolean> {
  const row = await db
    .selectFrom('known_device')
    .select('device')
    .where('customer_id', '=', customerId)
    .where('device', '=', device)
    .executeTakeFirst();
  return row !== undefined;
}

/** Notes that somebody proved now from this device that they are this customer. */
export async function recordKnownDevice(
  tx: Tx,
  customerId: string,
  device: string,
  now: Date,
): Promise<void> {
  await tx
    .insertInto('known_device')
    .values({ customer_id: customerId, device, first_seen_at: now, last_seen_at: now })
    .onConflict((conflict) => conflict.columns(['customer_id', 'device']).doUpdateSet({ last_seen_at: now }))
    .execute();
}
