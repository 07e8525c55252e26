import { createPublicKey, hash, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { RequestRefusal } from './certificate-request.js';
import { FormatError, DerReader, tags } from '#libs/der';
import { ecP256Algorithm, rsaAlgorithm } from './key-type.js';
import type { KeyType } from './profile.js';
import { isWeakModulus } from './weak-modulus.js';

/** A suitable key of a request. Its signature, the proof of possession, is verified elsewhere. */
export interface SubjectKey {
  readonly keyType: KeyType;
  readonly publicKey: KeyObject;
  /** DER SubjectPublicKeyInfo in the one encoding that a certificate gets. */
  readonly spki: Buffer;
  /** RFC 7638, SHA-256, base64url. */
  thumbprint(): string;
}

/** Small exponents allow known attacks; large ones only make verification slow (FIPS 186-5 section 5.1). */
const rsaExponent = { min: 65_537n, max: 2n ** 256n };

/**
 * Reads the SubjectPublicKeyInfo of a request. @returns the key, or the reason to refuse it
 * @throws {FormatError} if the bytes are not a SubjectPublicKeyInfo
 */
export function readSubjectKey(bytes: Buffer, allowed: readonly KeyType[]): SubjectKey | RequestRefusal {
  const fields = new DerReader(bytes).inside(tags.sequence);
  const algorithm = fields.whole(tags.sequence);
  const bits = fields.bits();
  fields.end();
  if (algorithm.equals(ecP256Algorithm)) {
    return allowed.includes('EC-P256') ? readPoint(bytes, bits) : 'KEY_TYPE_NOT_ALLOWED';
  }
  return algorithm.equals(rsaAlgorithm) ? readRsa(bytes, bits, allowed) : 'KEY_TYPE_NOT_ALLOWED';
}

/** SEC 1 section 2.3.3: 04, x and y; or compressed: 02 or 03 for the sign of y, and x. */
function readPoint(bytes: Buffer, point: Buffer): SubjectKey {
  const plain = point.length === 65 && point[0] === 4;
  const compressed = point.length === 33 && (point[0] === 2 || point[0] === 3);
  if (!plain && !compressed) throw new FormatError('the key is not a point of the curve');
  const publicKey = keyObject(bytes); // refuses points that are not on the curve
  const [x, y] = plain
    ? [point.toString('base64url', 1, 33), point.toString('base64url', 33)]
    : coordinates(publicKey.export({ format: 'jwk' }));
  return {
    keyType: 'EC-P256',
    publicKey,
    // A compressed point is converted, so that a key has only one digest.
    spki: plain ? bytes : publicKeyInfo(x, y),
    thumbprint: () => hash('sha256', `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`, 'base64url'),
  };
}

const coordinates = ({ x = '', y = '' }: JsonWebKey): [string, string] => [x, y];

const publicKeyInfo = (x: string, y: string): Buffer =>
  createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' }).export({
    format: 'der',
    type: 'spki',
  });

function readRsa(bytes: Buffer, content: Buffer, allowed: readonly KeyType[]): SubjectKey | RequestRefusal {
  const numbers = DerReader.ofSingle(content, tags.sequence);
  const [modulus, exponent] = [positive(numbers), positive(numbers)];
  numbers.end();

  const sizes = allowed.filter((type) => type.startsWith('RSA-')).map((type) => Number(type.slice(4)));
  const size = modulus.length * 8 - Math.clz32(modulus[0]!) + 24;
  const keyType = `RSA-${size}` as KeyType;
  if (sizes.length === 0) return 'KEY_TYPE_NOT_ALLOWED';
  if (size < Math.min(...sizes)) return 'KEY_TOO_SMALL';
  if (size > Math.max(...sizes)) return 'KEY_TOO_LARGE';
  if (!allowed.includes(keyType)) return 'KEY_TYPE_NOT_ALLOWED';

  const e = numberOf(exponent);
  if (e % 2n === 0n || e < rsaExponent.min || e > rsaExponent.max) return 'KEY_EXPONENT_NOT_ALLOWED';
  if (isWeakModulus(numberOf(modulus))) return 'KEY_WEAK';
  const thumbprint = () =>
    hash(
      'sha256',
      `{"e":"${exponent.toString('base64url')}","kty":"RSA","n":"${modulus.toString('base64url')}"}`,
      'base64url',
    );
  return { keyType, publicKey: keyObject(bytes), spki: bytes, thumbprint };
}

const numberOf = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);

/** The bytes of an INTEGER greater than zero, without the zero byte that only marks it as positive. */
function positive(numbers: DerReader<Buffer>): Buffer {
  const bytes = numbers.integer();
  if (bytes[0]! >= 0x80 || (bytes.length === 1 && bytes[0] === 0))
    throw new FormatError('an INTEGER is not positive');
  return bytes[0] === 0 ? bytes.subarray(1) : bytes;
}

/** Given as PEM, because Node reads it in half the time that DER takes. */
function keyObject(spki: Buffer): KeyObject {
  try {
    return createPublicKey(
      `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`,
    );
  } catch {
    throw new FormatError('the key is not a public key');
  }
}
