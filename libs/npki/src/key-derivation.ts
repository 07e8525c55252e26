/** Key derivation from passwords: PBKDF1 and PBKDF2 (RFC 8018), and the derivation of PKCS #12 (RFC 7292 appendix B.2). */
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { FormatError, type Bytes } from '#libs/der';

/**
 * Limit of iterations, against hostile files. Files in use have 2048; the highest recommendation for any of the hashes is
 * 1.3 million. Two million take a few seconds.
 */
export const maxIterations = 2_000_000;
/** Lower limits for PBKDF1 and PKCS #12: WebCrypto does not have them, so they are slower and block the thread. */
export const maxPbkdf1Iterations = 100_000;
export const maxPkcs12Iterations = 600_000;

/** Parameters of a key derivation. */
export interface Derivation {
  readonly salt: Uint8Array;
  readonly iterations: number;
}

const pbkdf1Hashes = { MD5: md5, SHA1: sha1 };
type Pbkdf1Hash = keyof typeof pbkdf1Hashes;

/** @returns all bytes of the hash: 16 for MD5, 20 for SHA-1 (RFC 8018 section 5.1) */
export function pbkdf1(hashName: Pbkdf1Hash, password: Uint8Array, { salt, iterations }: Derivation): Bytes {
  const hash = pbkdf1Hashes[hashName];
  let derived = hash(concatBytes(password, salt));
  for (let count = 1; count < iterations; count += 1) derived = hash(derived);
  return Uint8Array.from(derived);
}

type Pbkdf2Hash = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** @param length in bytes */
export async function pbkdf2(
  hash: Pbkdf2Hash,
  password: Uint8Array,
  { salt, iterations }: Derivation,
  length: number,
): Promise<Bytes> {
  const base = await crypto.subtle.importKey('raw', Uint8Array.from(password), 'PBKDF2', false, [
    'deriveBits',
  ]);
  const parameters = { name: 'PBKDF2', hash, salt: Uint8Array.from(salt), iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, base, length * 8));
}

export const pkcs12Hashes = {
  'SHA-1': sha1,
  'SHA-224': sha224,
  'SHA-256': sha256,
  'SHA-384': sha384,
  'SHA-512': sha512,
};
export type Pkcs12Hash = keyof typeof pkcs12Hashes;

/** Purposes of the derived bytes (RFC 7292 appendix B.3). */
const pkcs12Ids = { key: 1, iv: 2, mac: 3 } as const;

/**
 * @param password UTF-8, as for all forms; PKCS #12 uses UTF-16 with a final zero
 * @param length in bytes
 * @throws {FormatError} if the password is not UTF-8 text
 */
export function pkcs12Derive(
  hashName: Pkcs12Hash,
  id: keyof typeof pkcs12Ids,
  password: Uint8Array,
  { salt, iterations }: Derivation,
  length: number,
): Bytes {
  const hash = pkcs12Hashes[hashName];
  const block = hash.blockLen;
  const diversifier = new Uint8Array(block).fill(pkcs12Ids[id]);
  const input = concatBytes(filled(salt, block), filled(utf16(textOf(password), 1), block));
  const derived = new Uint8Array(Math.ceil(length / hash.outputLen) * hash.outputLen);
  for (let at = 0; at < length; at += hash.outputLen) {
    let output = hash(concatBytes(diversifier, input));
    for (let count = 1; count < iterations; count += 1) output = hash(output);
    derived.set(output, at);
    const addend = filled(output, block).subarray(0, block);
    for (let start = 0; start < input.length; start += block)
      addOne(input.subarray(start, start + block), addend);
  }
  return derived.slice(0, length);
}

/** Repeated until it fills whole blocks. */
const filled = (bytes: Uint8Array, block: number) =>
  Uint8Array.from({ length: Math.ceil(bytes.length / block) * block }, (_, at) => bytes[at % bytes.length]!);

/** Adds `addend + 1` to the number, modulo 2 to the power of its bits. */
function addOne(number: Uint8Array, addend: Uint8Array): void {
  let carry = 1;
  for (let at = number.length - 1; at >= 0; at -= 1) {
    carry += number[at]! + addend[at]!;
    number[at] = carry;
    carry >>= 8;
  }
}

/** UTF-16, big-endian, as in a BMPString. @param zeros number of zero code units at the end */
export function utf16(text: string, zeros = 0): Bytes {
  const octets = new DataView(new ArrayBuffer((text.length + zeros) * 2));
  for (let index = 0; index < text.length; index += 1) octets.setUint16(index * 2, text.charCodeAt(index));
  return new Uint8Array(octets.buffer);
}

function textOf(password: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(password);
  } catch {
    throw new FormatError('the password is not valid text');
  }
}
