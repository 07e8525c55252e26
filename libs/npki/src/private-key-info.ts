/** PrivateKeyInfo (PKCS #8, RFC 5208 section 5), with the random number R of the VID as an attribute. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { constructed, der, FormatError, tags, type Bytes, type Element } from '#libs/der';
import { readerOf, readerOfSingle } from './reader.js';
import { arePair, curves } from './key-pair.js';
import { oids } from './oids.js';

export interface PrivateKeyInfo {
  /** PKCS #8 without attributes, in DER, as WebCrypto imports it. */
  readonly privateKey: Bytes;
  /** R of the VID, with leading zeros; undefined if the file has none. */
  readonly random: Bytes | undefined;
}

/** @throws {FormatError} if the bytes are not an RSA or EC private key, or its numbers are not consistent */
export async function readPrivateKeyInfo(bytes: Uint8Array): Promise<PrivateKeyInfo> {
  const info = readerOfSingle(bytes, tags.sequence);
  if (info.smallInteger() > 1) throw new FormatError('unknown version');
  const algorithm = info.element(tags.sequence);
  const key = info.element(tags.octetString);
  const attributes = info.optional(constructed(0));
  info.optional(0x81); // publicKey of RFC 5958
  info.end();
  const privateKey = der.sequence(der.smallInteger(0), algorithm.encoded, key.encoded);
  await requireConsistency(algorithm, key, privateKey);
  return { privateKey, random: attributes && readRandomNumber(attributes) };
}

/** @param privateKey PKCS #8; `random` replaces its attributes @throws {FormatError} if it is not PKCS #8 */
export function encodePrivateKeyInfo(privateKey: Uint8Array, random: Uint8Array | undefined): Bytes {
  const info = readerOfSingle(privateKey, tags.sequence);
  info.content(tags.integer); // version
  const algorithm = info.whole(tags.sequence);
  const key = info.whole(tags.octetString);
  const attributes = random
    ? [der.explicit(0, der.sequence(der.objectIdentifier(oids.randomNumber), der.set(der.bitString(random))))]
    : [];
  return der.sequence(der.smallInteger(0), algorithm, key, ...attributes);
}

function readRandomNumber(attributes: Bytes): Bytes | undefined {
  for (const attribute of readerOf(attributes).elements()) {
    const reader = readerOf(attribute.content);
    const type = reader.objectIdentifier();
    const values = reader.inside(tags.set);
    reader.end();
    if (type === oids.randomNumber) return values.bits();
  }
  return undefined;
}

/**
 * Detects damage that the decryption does not: CBC turns a damaged block into sixteen wrong bytes without an error. The
 * numbers of a key depend on each other, so that wrong bytes make them inconsistent.
 */
async function requireConsistency(algorithm: Element, key: Element, privateKey: Bytes): Promise<void> {
  const identifier = readerOf(algorithm.content);
  const oid = identifier.objectIdentifier();
  if (oid === oids.rsaEncryption) requireRsaKey(key.content);
  else if (oid === oids.ecPublicKey)
    await requireEcKey(key.content, identifier.objectIdentifier(), privateKey);
  else throw new FormatError(`a key of an unknown kind, ${oid}`);
}

/** RSAPrivateKey (RFC 8017 appendix A.1.2). */
function requireRsaKey(der: Uint8Array): void {
  const reader = readerOfSingle(der, tags.sequence);
  reader.smallInteger();
  const next = () => BigInt(`0x${bytesToHex(reader.content(tags.integer)) || '0'}`);
  const [n, e, d, p, q] = [next(), next(), next(), next(), next()];
  const [dP, dQ, qInverse] = [next(), next(), next()];
  reader.end();
  const consistent =
    p > 1n &&
    q > 1n &&
    n === p * q &&
    (e * d) % (p - 1n) === 1n &&
    (e * d) % (q - 1n) === 1n &&
    dP === d % (p - 1n) &&
    dQ === d % (q - 1n) &&
    (q * qInverse) % p === 1n;
  if (!consistent) throw new FormatError('the numbers of the RSA key are not consistent');
}

/** ECPrivateKey (RFC 5915 section 3). The check needs its public key, which nearly all files have. */
async function requireEcKey(der: Uint8Array, curveOid: string, privateKey: Bytes): Promise<void> {
  const reader = readerOfSingle(der, tags.sequence);
  if (reader.smallInteger() !== 1) throw new FormatError('unknown version');
  reader.content(tags.octetString);
  reader.optional(constructed(0)); // the curve again
  const point = reader.optional(constructed(1));
  reader.end();
  const namedCurve = curves[curveOid];
  if (!namedCurve) throw new FormatError(`an unknown curve, ${curveOid}`);
  if (!point) return;
  const publicKey = readerOf(point).bits();
  if (!(await arePair(namedCurve, privateKey, publicKey)))
    throw new FormatError('the numbers of the EC key are not consistent');
}
