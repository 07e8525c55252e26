import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { registryKey, type RegistryKeys } from './registry-seal.js';

/**
 * The keyed digest by which a resident registration number is found. It needs a key, because an attacker could try all
 * numbers. The key is derived from a registry key (HKDF, RFC 5869) and has no other use.
 *
 * @param number 13 digits
 * @returns `<id of the current registry key>:<hexadecimal HMAC-SHA-256>`
 */
export function rrnLookup(registryKeys: RegistryKeys, number: string): string {
  return lookupUnder(registryKeys, registryKeys.current, number);
}

/** The digests under all known registry keys: a stored number may still have the digest of an earlier key. */
export function rrnLookups(registryKeys: RegistryKeys, number: string): string[] {
  return Object.keys(registryKeys.keys).map((keyId) => lookupUnder(registryKeys, keyId, number));
}

/** Derived keys by registry key: to derive one takes ten times as long as a digest. */
const derivedKeys = new WeakMap<Uint8Array, KeyObject>();

function lookupUnder({ keys }: RegistryKeys, keyId: string, number: string): string {
  const key = registryKey(keys, keyId);
  let derived = derivedKeys.get(key);
  if (!derived) {
    derived = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'reseal/rrn-lookup/v1', 32)));
    derivedKeys.set(key, derived);
  }
  return `${keyId}:${createHmac('sha256', derived).update(number).digest('hex')}`;
}
