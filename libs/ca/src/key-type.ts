import { DerReader, tags } from '#libs/der';
import type { KeyType } from './profile.js';

/** DER of AlgorithmIdentifiers: RFC 5480 section 2.1.1 with prime256v1, RFC 3279 section 2.3.1 with NULL. */
export const ecP256Algorithm = Buffer.from('301306072a8648ce3d020106082a8648ce3d030107', 'hex');
export const rsaAlgorithm = Buffer.from('300d06092a864886f70d0101010500', 'hex');

/**
 * The type of the key in a SubjectPublicKeyInfo, if it has the only encoding that certificates may have: an uncompressed
 * P-256 point, or an RSA modulus of whole bytes. Undefined for all others.
 * @throws {FormatError} if the bytes are not DER
 */
export function spkiKeyType(spki: Buffer): KeyType | undefined {
  const fields = DerReader.ofSingle(spki, tags.sequence);
  const algorithm = fields.whole(tags.sequence);
  const bits = fields.bits();
  fields.end();
  if (algorithm.equals(ecP256Algorithm)) return bits.length === 65 && bits[0] === 4 ? 'EC-P256' : undefined;
  if (!algorithm.equals(rsaAlgorithm)) return undefined;
  const numbers = DerReader.ofSingle(bits, tags.sequence);
  const modulus = numbers.integer();
  numbers.integer();
  numbers.end();
  // A leading zero byte means that the next byte has its first bit set: the modulus has whole bytes and is positive.
  const modulusBits = modulus[0] === 0 ? (modulus.length - 1) * 8 : 0;
  return rsaTypes[modulusBits];
}

const rsaTypes: Record<number, KeyType> = { 2048: 'RSA-2048', 3072: 'RSA-3072', 4096: 'RSA-4096' };
