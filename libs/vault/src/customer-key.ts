import { randomBytes } from 'node:crypto';
import { openBytes, registryKey, sealBytes, type RegistryKeys } from './registry-seal.js';

const keyBytes = 32;

/** A stored customer key, wrapped under the registry key with this id. */
export interface WrappedCustomerKey {
  readonly keyId: string;
  readonly wrapped: Buffer;
}

/**
 * The unwrapped key of one customer. It seals the customer's stored data (AES-256-GCM), so that destroying the key erases
 * the data in all copies.
 */
export class CustomerKey {
  // A true private field: neither JSON nor a log shows the key.
  #key: Uint8Array;

  /** @param key 32 bytes */
  constructor(
    readonly customerId: string,
    key: Uint8Array,
  ) {
    this.#key = key;
  }

  /**
   * @param label kind of the value, e.g. `rrn` or `photo/ph_…`: it opens only with the same label
   * @returns nonce (12 bytes), ciphertext and tag (16 bytes), concatenated
   */
  seal(label: string, value: Uint8Array): Buffer {
    return sealBytes(this.#key, this.binding(label), value);
  }

  /** @throws {RegistrySealError} if customer or label differ, or the value is damaged */
  open(label: string, sealed: Uint8Array): Buffer {
    return openBytes(this.#key, this.binding(label), sealed);
  }

  /** Wraps this key under the current registry key. */
  wrap(registryKeys: RegistryKeys): WrappedCustomerKey {
    const { current, keys } = registryKeys;
    const bound = wrapping(current, this.customerId);
    return { keyId: current, wrapped: sealBytes(registryKey(keys, current), bound, this.#key) };
  }

  private binding(label: string): readonly string[] {
    return ['reseal/customer/v1', this.customerId, label];
  }
}

/** Makes a new key for a customer. Only its wrapped form may be stored. */
export function newCustomerKey(customerId: string): CustomerKey {
  return new CustomerKey(customerId, randomBytes(keyBytes));
}

/** @throws {RegistrySealError} if the registry key is unknown, the key is another customer's, or it is damaged */
export function unwrapCustomerKey(
  { keys }: RegistryKeys,
  customerId: string,
  { keyId, wrapped }: WrappedCustomerKey,
): CustomerKey {
  return new CustomerKey(
    customerId,
    openBytes(registryKey(keys, keyId), wrapping(keyId, customerId), wrapped),
  );
}

const wrapping = (keyId: string, customerId: string) => ['reseal/customer-key/v1', keyId, customerId];
