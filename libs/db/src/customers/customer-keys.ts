import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { StoredCustomerKey } from './customer-rrns.js';

/** The wrapped key of a customer; `destroyed` after erasure, undefined if the customer has no key yet. */
export async function findCustomerKey(
  db: Database<'select customer_key'> | Tx<'select customer_key'>,
  customerId: string,
): Promise<StoredCustomerKey | 'destroyed' | undefined> {
  const row = await db
    .selectFrom('customer_key')
    .select(['key_id as keyId', 'wrapped'])
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
  if (!row) return undefined;
  return row.wrapped ? { keyId: row.keyId, wrapped: row.wrapped } : 'destroyed';
}

/** Inserts keys of customers. A customer who has a key, or whose key was destroyed, is skipped. */
export async function insertCustomerKeys(
  db: Database<'insert customer_key'> | Tx<'insert customer_key'>,
  keys: readonly (StoredCustomerKey & { readonly customerId: string })[],
  createdAt: Date,
): Promise<void> {
  if (keys.length === 0) return;
  await db
    .insertInto('customer_key')
    .values(
      keys.map(({ customerId, keyId, wrapped }) => ({
        ...{ customer_id: customerId, key_id: keyId, wrapped, created_at: createdAt },
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Stores rewrapped keys. A destroyed key stays destroyed. */
export async function rewrapCustomerKeys(
  tx: Tx,
  keys: readonly (StoredCustomerKey & { readonly customerId: string })[],
): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    update customer_key set key_id = given.key_id, wrapped = given.wrapped
    from unnest(${keys.map(({ customerId }) => customerId)}::uuid[], ${keys.map(({ keyId }) => keyId)}::text[],
      ${keys.map(({ wrapped }) => wrapped)}::bytea[]) as given (customer_id, key_id, wrapped)
    where customer_key.customer_id = given.customer_id and customer_key.wrapped is not null
  `.execute(tx);
}

/**
 * Destroys a customer's key. A customer without a key gets a destroyed one, so that none is made later.
 *
 * @param keyId id of the current registry key, for a row without a key
 */
export async function destroyCustomerKey(
  tx: Tx,
  customerId: string,
  { keyId, at }: { readonly keyId: string; readonly at: Date },
): Promise<void> {
  await tx
    .insertInto('customer_key')
    .values({ customer_id: customerId, key_id: keyId, wrapped: null, created_at: at, destroyed_at: at })
    .onConflict((conflict) =>
      conflict
        .column('customer_id')
        .doUpdateSet({ wrapped: null, destroyed_at: at })
        .where('customer_key.wrapped', 'is not', null),
    )
    .execute();
}
