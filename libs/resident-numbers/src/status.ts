import type { Database } from '#libs/db';
import { countCustomersToRotate, registryOverview, type RegistryUse } from '#libs/db/customers';
import type { RegistryKeys } from '#libs/vault';

export interface RegistryStatus {
  /** What is kept under each key, the current one first; also under keys that are not known here. */
  readonly keys: readonly (RegistryUse & { readonly current: boolean; readonly known: boolean })[];
  readonly numbers: number;
  /** Numbers nobody can name themself by, until they are rotated. */
  readonly notFound: number;
  readonly erased: number;
  /** Customers of whom something is not kept under the current key yet. At none the other keys can be taken away. */
  readonly toRotate: number;
}

/** What of the registry is kept under which key. Opens nothing. */
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
