import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** The registry keys by id, 32 bytes each. `current` seals; all of them open. */
export interface RegistryKeys {
  readonly current: string;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** A stored sealed value: the id of its key, and nonce (12 bytes), ciphertext and tag (16 bytes), concatenated. */
export interface RegistrySealed {
  readonly keyId: string;
  readonly sealed: Buffer;
}

/** A value cannot be sealed or opened. The message quotes no part of the value. */
export class RegistrySealError extends Error {
  override readonly name = 'RegistrySealError';
}

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals a registry value of a customer. It is bound to the customer, so that it does not open in another customer's row.
 * New numbers are sealed under their customer's key instead; see `CustomerKey`.
 *
 * @throws {RegistrySealError} if the current key is not among the keys
 */
export function sealRegistryValue(
  { current, keys }: RegistryKeys,
  customerId: string,
  value: string,
): RegistrySealed {
  const sealed = sealBytes(
    registryKey(keys, current),
    binding(current, customerId),
    Buffer.from(value, 'utf8'),
  );
  return { keyId: current, sealed };
}

/** @throws {RegistrySealError} if its key is unknown, or the value is another customer's or damaged */
export function openRegistryValue(
  { keys }: RegistryKeys,
  customerId: string,
  { keyId, sealed }: RegistrySealed,
): string {
  return openBytes(registryKey(keys, keyId), binding(keyId, customerId), sealed).toString('utf8');
}

/** @throws {RegistrySealError} if there is no such key */
export function registryKey(keys: RegistryKeys['keys'], keyId: string): Uint8Array {
  const key = Object.hasOwn(keys, keyId) ? keys[keyId] : undefined;
  if (!key) throw new RegistrySealError(`registry key ${keyId} is not known here`);
  return key;
}

const binding = (keyId: string, customerId: string) => ['reseal/registry/v1', keyId, customerId];

/**
 * AES-256-GCM (NIST SP 800-38D) with a random nonce: nonce, ciphertext and tag, concatenated.
 *
 * @param bound additional authenticated data: opening needs the same
 */
export function sealBytes(key: Uint8Array, bound: readonly string[], value: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  sealing.setAAD(additionalData(bound));
  return Buffer.concat([nonce, sealing.update(value), sealing.final(), sealing.getAuthTag()]);
}

/** The inverse of {@link sealBytes}. @throws {RegistrySealError} if key or `bound` differ, or the value is damaged */
export function openBytes(key: Uint8Array, bound: readonly string[], sealed: Uint8Array): Buffer {
  try {
    const opening = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    opening.setAAD(additionalData(bound)).setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([opening.update(sealed.subarray(nonceBytes, -tagBytes)), opening.final()]);
  } catch {
    throw new RegistrySealError(
      'a value of the registry cannot be opened: it is another customer’s, or damaged',
    );
  }
}

// JSON, so that two different lists never give the same bytes.
const additionalData = (bound: readonly string[]) => Buffer.from(JSON.stringify(bound));
