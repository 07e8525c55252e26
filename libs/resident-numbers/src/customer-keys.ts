import type { RoleDatabase, RoleTx } from '#libs/db';
import { findCustomerKey, insertCustomerKeys } from '#libs/db/customers';
import { newCustomerKey, unwrapCustomerKey, type CustomerKey, type RegistryKeys } from '#libs/vault';

/**
 * The unwrapped key of a customer, which seals the customer's stored data: destroying the key erases them. A customer
 * without a key gets a new one.
 *
 * For a photo: `key.seal('photo/ph_…', jpeg)`, and later `key.open('photo/ph_…', sealed)`.
 *
 * @returns undefined if the customer's data were erased: no data can be stored or opened then
 * @throws {RegistrySealError} if the key is wrapped under an unknown registry key, or is damaged
 */
export async function customerKeyOf(
  db: RoleDatabase<'worker'> | RoleTx<'worker'>,
  registryKeys: RegistryKeys,
  customerId: string,
  now: Date,
): Promise<CustomerKey | undefined> {
  const made = newCustomerKey(customerId);
  const kept = await findCustomerKey(db, customerId);
  if (kept === undefined) await insertCustomerKeys(db, [{ customerId, ...made.wrap(registryKeys) }], now);
  // Read again: another process may have inserted one meanwhile.
  const there = kept ?? (await findCustomerKey(db, customerId));
  if (there === undefined || there === 'destroyed') return undefined;
  return unwrapCustomerKey(registryKeys, customerId, there);
}
