import type { Database, Tx } from '#libs/db';
import { findCustomerKey, insertCustomerKeys } from '#libs/db/customers';
import { newCustomerKey, unwrapCustomerKey, type CustomerKey, type RegistryKeys } from '#libs/vault';

/**
 * The key of a customer, open: what is kept of them is sealed under it, so that destroying it erases all of that. It is
 * made here where they have none yet.
 *
 * A photo, for example: `key.seal('photo/ph_…', jpeg)`, and later `key.open('photo/ph_…', sealed)`.
 *
 * @returns undefined if the customer's data were erased: nothing more can be kept of them, nor opened
 * @throws {RegistrySealError} if it is wrapped under a key that is not known here, or was damaged
 */
export async function customerKeyOf(
  db: Database | Tx,
  registryKeys: RegistryKeys,
  customerId: string,
  now: Date,
): Promise<CustomerKey | undefined> {
  const made = newCustomerKey(customerId);
  const kept = await findCustomerKey(db, customerId);
  if (kept === undefined) await insertCustomerKeys(db, [{ customerId, ...made.wrap(registryKeys) }], now);
  // Read again: somebody else may have made it in this moment.
  const there = kept ?? (await findCustomerKey(db, customerId));
  if (there === undefined || there === 'destroyed') return undefined;
  return unwrapCustomerKey(registryKeys, customerId, there);
}
