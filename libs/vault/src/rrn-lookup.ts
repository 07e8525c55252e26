import { createHmac, hkdfSync } from 'node:crypto';
import { registryKey, type RegistryKeys } from './registry-seal.js';

/**
 * Under what a resident registration number is found: a keyed digest, because there are so few numbers that a plain
 * one could be tried out. Its key is derived from a key of the registry (HKDF, RFC 5869) and used for nothing else.
 *
 * @param number 13 digits
 * @returns `<id of the registry's current key>:<hexadecimal HMAC-SHA-256>`
 */
export function rrnLookup(registryKeys: RegistryKeys, number: string): string {
  return lookupUnder(registryKeys, registryKeys.current, number);
}

/** The same under every key that is known: a number on file may not have been wrapped anew yet. */
export function rrnLookups(registryKeys: RegistryKeys, number: string): string[] {
  return Object.keys(registryKeys.keys).map((keyId) => lookupUnder(registryKeys, keyId, number));
}

function lookupUnder({ keys }: RegistryKeys, keyId: string, number: string): string {
  const derived = Buffer.from(hkdfSync('sha256', registryKey(keys, keyId), '', 'reseal/rrn-lookup/v1', 32));
  return `${keyId}:${createHmac('sha256', derived).update(number).digest('hex')}`;
}
