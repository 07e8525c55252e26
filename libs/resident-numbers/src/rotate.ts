import { inTransaction, type Database, type Tx } from '#libs/db';
import {
  customersToRotate,
  insertCustomerKeys,
  lockCustomersToRotate,
  rewrapCustomerKeys,
  takenLookups,
  updateCustomerRrns,
  type RotatableCustomer,
} from '#libs/db/customers';
import type { Clock } from '#libs/domain';
import {
  newCustomerKey,
  RegistrySealError,
  rrnLookup,
  unwrapCustomerKey,
  type CustomerKey,
  type RegistryKeys,
} from '#libs/vault';
import { recordNumberUses, openNumber, rrnLabel } from './numbers.js';

export interface RegistryRotation {
  readonly db: Database;
  readonly registryKeys: RegistryKeys;
  readonly clock: Clock;
  /** Who requests it. */
  readonly actor: string;
  /** How many customers are written in one transaction. */
  readonly batchSize?: number;
  /** Stops the rotation between two batches. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RotationProgress) => void;
}

export interface RotationProgress {
  /** Customers whose data are all under the current key now. */
  rotated: number;
  /** Customers who could not be rotated, with the reason, for an operator. */
  readonly failures: { readonly customerRef: string; readonly reason: string }[];
}

/**
 * Brings all values under earlier registry keys under the current one: rewraps customer keys, makes customer keys for numbers
 * that a registry key sealed, and recomputes lookup digests.
 *
 * An interrupted rotation continues where it stopped, because rotated customers are no longer found. It can run while the
 * system is in use: every value opens under the old or the new key.
 */
export async function rotateRegistry(rotation: RegistryRotation): Promise<RotationProgress> {
  const { db, registryKeys, batchSize = 200, signal, onProgress } = rotation;
  const progress: RotationProgress = { rotated: 0, failures: [] };
  let after: string | undefined;
  while (!signal?.aborted) {
    const found = await customersToRotate(db, { keyId: registryKeys.current, after, limit: batchSize });
    if (found.length === 0) break;
    await rotateBatch(rotation, found, progress);
    onProgress?.(progress);
    after = found.at(-1)!.customerId;
  }
  return progress;
}

async function rotateBatch(
  { db, registryKeys, clock, actor }: RegistryRotation,
  found: readonly RotatableCustomer[],
  progress: RotationProgress,
): Promise<void> {
  const now = clock();
  const announced = found.filter((customer) => mustOpen(customer, registryKeys));
  await recordNumberUses(
    db,
    announced.map(({ customerId, customerRef }) => ({
      ...{ customerId, customerRef, actor, purpose: 'ROTATE', at: now },
    })),
  );
  const allowed = new Set(announced.map(({ customerId }) => customerId));
  const { rotated, failures } = await inTransaction(db, async (tx) => {
    await insertCustomerKeys(tx, newKeysFor(found, registryKeys), now);
    const customers = await lockCustomersToRotate(
      tx,
      found.map(({ customerId }) => customerId),
    );
    return rotate(tx, registryKeys, customers, allowed);
  });
  progress.rotated += rotated;
  progress.failures.push(...failures);
}

/** Whether the number itself is needed, and not only the key that seals it. */
function mustOpen({ rrn, lookup }: RotatableCustomer, { current }: RegistryKeys): boolean {
  return rrn !== undefined && (rrn.sealedBy === 'REGISTRY' || !lookup?.startsWith(`${current}:`));
}

/** New keys for customers whose number a registry key seals. The lock step reads again which keys were stored. */
function newKeysFor(found: readonly RotatableCustomer[], registryKeys: RegistryKeys) {
  return found
    .filter(({ key, rrn }) => !key && rrn)
    .map(({ customerId }) => ({ customerId, ...newCustomerKey(customerId).wrap(registryKeys) }));
}

interface Rotated {
  readonly customerId: string;
  readonly key: CustomerKey;
  readonly rrn: { readonly sealed: Buffer; readonly lookup: string } | undefined;
}

async function rotate(
  tx: Tx,
  registryKeys: RegistryKeys,
  customers: readonly RotatableCustomer[],
  allowed: ReadonlySet<string>,
): Promise<RotationProgress> {
  const failures: RotationProgress['failures'] = [];
  const done: Rotated[] = [];
  for (const customer of customers)
    try {
      const rotated = rotateOne(registryKeys, customer, allowed);
      if (rotated) done.push(rotated);
    } catch (error) {
      if (!(error instanceof RegistrySealError)) throw error;
      failures.push({ customerRef: customer.customerRef, reason: error.message });
    }

  const numbers = done.flatMap(({ customerId, rrn }) => (rrn ? [{ customerId, ...rrn }] : []));
  const taken = await takenLookups(tx, numbers);
  for (const { customerId, customerRef } of customers)
    if (taken.has(customerId))
      failures.push({ customerRef, reason: 'another customer has the same number on file' });

  await rewrapCustomerKeys(
    tx,
    done.map(({ customerId, key }) => ({ customerId, ...key.wrap(registryKeys) })),
  );
  await updateCustomerRrns(
    tx,
    numbers.map((number) => (taken.has(number.customerId) ? { ...number, lookup: null } : number)),
  );
  return { rotated: done.length - taken.size, failures };
}

/** @returns undefined if nothing is left to do: erased, or rotated by another process */
function rotateOne(
  registryKeys: RegistryKeys,
  customer: RotatableCustomer,
  allowed: ReadonlySet<string>,
): Rotated | undefined {
  const { customerId, key: kept, rrn } = customer;
  if (!kept) {
    if (rrn) throw new RegistrySealError('its number is on file, but its key was destroyed');
    return undefined;
  }
  const key = unwrapCustomerKey(registryKeys, customerId, kept);
  if (!rrn || !mustOpen(customer, registryKeys)) return { customerId, key, rrn: undefined };
  if (!allowed.has(customerId)) return undefined; // stored after the access was recorded: the next rotation finds it
  const number = openNumber(registryKeys, customerId, rrn);
  const sealed = rrn.sealedBy === 'REGISTRY' ? key.seal(rrnLabel, Buffer.from(number)) : rrn.sealed;
  return { customerId, key, rrn: { sealed, lookup: rrnLookup(registryKeys, number) } };
}
