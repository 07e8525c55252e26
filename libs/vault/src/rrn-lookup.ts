import { createHmac, hkdfSync } from 'node:crypto';
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

function lookupUnder({ keys }: RegistryKeys, keyId: string, number: string): string {
  const derived = Buffer.from(hkdfSync('sha256', registryKey(keys, keyId), '', 'reseal/rrn-lookup/v1', 32));
  return `${keyId}:${createHmac('sha256', derived).update(number).digest('hex')}`;
}
