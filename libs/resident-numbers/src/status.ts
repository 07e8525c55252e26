import type { Database } from '#libs/db';
import { countCustomersToRotate, registryOverview, type RegistryUse } from '#libs/db/customers';
import type { RegistryKeys } from '#libs/vault';

export interface RegistryStatus {
  /** The number of values under each key, current key first; includes unknown keys. */
  readonly keys: readonly (RegistryUse & { readonly current: boolean; readonly known: boolean })[];
  readonly numbers: number;
  /** Numbers without a lookup digest: customers cannot be found by them until rotation. */
  readonly notFound: number;
  readonly erased: number;
  /** Customers with values not yet under the current key. At 0 the other keys can be removed. */
  readonly toRotate: number;
}

/** Counts the registry's values by key, without opening any. */
export async function registryStatus(db: Database, { current, keys }: RegistryKeys): Promise<RegistryStatus> {
  const { uses, ...counts } = await registryOverview(db);
  const unused = { customerKeys: 0, numbers: 0, lookups: 0 };
  const ids = new Set([current, ...Object.keys(keys), ...uses.map(({ keyId }) => keyId)]);
  const all = [...ids].map((keyId) => ({
    ...(uses.find((use) => use.keyId === keyId) ?? { keyId, ...unused }),
    current: keyId === current,
    known: Object.hasOwn(keys, keyId),
  }));
  return { keys: all, ...counts, toRotate: await countCustomersToRotate(db, current) };
}
