import type { Database, Tx } from './connect.js';

/** A resident registration number as it is kept: sealed under a key of the registry. */
export interface SealedRrn {
  readonly keyId: string;
  readonly sealed: Buffer;
}

/** The sealed number of a customer, if it is on file. */
export async function customerRrn(db: Database | Tx, customerId: string): Promise<SealedRrn | undefined> {
  return db
    .selectFrom('customer_rrn')
    .select(['key_id as keyId', 'sealed'])
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
}

/** Puts numbers on file; those that are there stay as they are. */
export async function insertCustomerRrns(
  db: Database | Tx,
  numbers: readonly (SealedRrn & { readonly customerId: string })[],
  recordedAt: Date,
): Promise<void> {
  if (numbers.length === 0) return;
  await db
    .insertInto('customer_rrn')
    .values(
      numbers.map(({ customerId, keyId, sealed }) => ({
        customer_id: customerId,
        key_id: keyId,
        sealed,
        recorded_at: recordedAt,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
