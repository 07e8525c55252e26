import { randomBytes } from 'node:crypto';
import { openBytes, registryKey, sealBytes, type RegistryKeys } from './registry-seal.js';

const keyBytes = 32;

/** A stored customer key, wrapped under the registry key with this id. */
export interface WrappedCustomerKey {
  readonly keyId: string;
  readonly wrapped: Buffer;
}

/**
 * The key of one customer, open. What is kept of them is sealed under it (AES-256-GCM), so that to destroy the key is
 * to erase all of it, wherever copies lie.
 */
export class CustomerKey {
  #key: Uint8Array;

  /** @param key 32 bytes */
  constructor(
    readonly customerId: string,
    key: Uint8Array,
  ) {
    this.#key = key;
  }

  /**
   * @param label what the value is, e.g. `rrn` or `photo/ph_…`: it does not open as anything else
   * @returns nonce (12 bytes), ciphertext and tag (16 bytes) in a row
   */
  seal(label: string, value: Uint8Array): Buffer {
    return sealBytes(this.#key, this.#binding(label), value);
  }

  /** @throws {RegistrySealError} if it is another customer's or another thing, or was damaged */
  open(label: string, sealed: Uint8Array): Buffer {
    return openBytes(this.#key, this.#binding(label), sealed);
  }

  /** Wraps this key under the registry's current one. */
  wrap(registryKeys: RegistryKeys): WrappedCustomerKey {
    const { current, keys } = registryKeys;
    const bound = wrapping(current, this.customerId);
    return { keyId: current, wrapped: sealBytes(registryKey(keys, current), bound, this.#key) };
  }

  #binding(label: string): readonly string[] {
    return ['reseal/customer/v1', this.customerId, label];
  }
}

/** A new key for a customer; kept wrapped only. */
export function newCustomerKey(customerId: string): CustomerKey {
  return new CustomerKey(customerId, randomBytes(keyBytes));
}

/** @throws {RegistrySealError} if the registry's key is not known here, it is another customer's key, or it was damaged */
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
