import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** The registry's keys by id, 32 bytes each: `current` seals, all of them open. */
export interface RegistryKeys {
  readonly current: string;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** A sealed value as it is kept: the id of its key, and nonce (12 bytes), ciphertext and tag (16 bytes) in a row. */
export interface RegistrySealed {
  readonly keyId: string;
  readonly sealed: Buffer;
}

/** A value that cannot be sealed or opened. It tells nothing of the value. */
export class RegistrySealError extends Error {
  override readonly name = 'RegistrySealError';
}

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals what the registry keeps of a customer: AES-256-GCM (NIST SP 800-38D) with a random nonce, bound to the
 * customer, so that a row copied to somebody else does not open.
 *
 * @throws {RegistrySealError} if the current key is not among the keys
 */
export function sealRegistryValue(
  { current, keys }: RegistryKeys,
  customerId: string,
  value: string,
): RegistrySealed {
  const key = keys[current];
  if (!key) throw new RegistrySealError(`registry key ${current} is not known here`);
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  sealing.setAAD(additionalData(current, customerId));
  const sealed = Buffer.concat([nonce, sealing.update(value, 'utf8'), sealing.final(), sealing.getAuthTag()]);
  return { keyId: current, sealed };
}

/** @throws {RegistrySealError} if its key is not known, it is another customer's, or it was damaged */
export function openRegistryValue(
  { keys }: RegistryKeys,
  customerId: string,
  { keyId, sealed }: RegistrySealed,
): string {
  const key = keys[keyId];
  if (!key) throw new RegistrySealError(`registry key ${keyId} is not known here`);
  try {
    const opening = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    opening.setAAD(additionalData(keyId, customerId)).setAuthTag(sealed.subarray(-tagBytes));
    const clear = [opening.update(sealed.subarray(nonceBytes, -tagBytes)), opening.final()];
    return Buffer.concat(clear).toString('utf8');
  } catch {
    throw new RegistrySealError('a value of the registry cannot be opened: it is another one’s, or damaged');
  }
}

// As JSON, so that no two different pairs give the same bytes.
const additionalData = (keyId: string, customerId: string) =>
  Buffer.from(JSON.stringify(['reseal/registry/v1', keyId, customerId]));
