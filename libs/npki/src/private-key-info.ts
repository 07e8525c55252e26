/** PrivateKeyInfo (PKCS #8, RFC 5208 section 5), with the random number R that a VID was made with as an attribute. */
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  bitString,
  type Bytes,
  context,
  contextTag,
  DerReader,
  type Element,
  inside,
  integer,
  NpkiFormatError,
  objectIdentifier,
  readBitString,
  readInteger,
  readObjectIdentifier,
  readOne,
  sequence,
  set,
  tags,
} from './der.js';
import { arePair, curves } from './key-pair.js';
import { oids } from './oids.js';

export interface PrivateKeyInfo {
  /** PKCS #8 without attributes, in DER: what WebCrypto imports. */
  readonly privateKey: Bytes;
  /** R of the VID, leading zeros included; undefined if the file has none. */
  readonly random: Bytes | undefined;
}

/** @throws NpkiFormatError if it is not the private key of RSA or ECDSA, or its numbers do not belong together */
export async function readPrivateKeyInfo(der: Uint8Array): Promise<PrivateKeyInfo> {
  const info = DerReader.of(readOne(der, tags.sequence));
  if (readInteger(info.next()) > 1) throw new NpkiFormatError('unknown version');
  const algorithm = info.next(tags.sequence);
  const key = info.next(tags.octetString);
  const attributes = info.nextIf(contextTag(0));
  info.nextIf(0x81); // publicKey of RFC 5958
  info.end();
  const privateKey = sequence(integer(0), algorithm.encoded, key.encoded);
  await requireConsistency(algorithm, key, privateKey);
  return { privateKey, random: attributes && readRandomNumber(attributes) };
}

/** @param privateKey PKCS #8; attributes that it has give way to `random` @throws NpkiFormatError if it is none */
export function encodePrivateKeyInfo(privateKey: Uint8Array, random: Uint8Array | undefined): Bytes {
  const info = DerReader.of(readOne(privateKey, tags.sequence));
  const [, algorithm, key] = [info.next(tags.integer), info.next(tags.sequence), info.next(tags.octetString)];
  const attributes = random
    ? [context(0, sequence(objectIdentifier(oids.randomNumber), set(bitString(random))))]
    : [];
  return sequence(integer(0), algorithm.encoded, key.encoded, ...attributes);
}

function readRandomNumber(attributes: Element): Bytes | undefined {
  for (const attribute of DerReader.of(attributes).rest()) {
    const reader = DerReader.of(attribute);
    const type = readObjectIdentifier(reader.next());
    const values = inside(reader, tags.set);
    reader.end();
    if (type === oids.randomNumber) return readBitString(values.next());
  }
  return undefined;
}

/**
 * A block that was damaged in an encrypted file comes out as sixteen wrong bytes, and CBC does not notice. The numbers of
 * a key depend on each other, so that they do.
 */
async function requireConsistency(algorithm: Element, key: Element, privateKey: Bytes): Promise<void> {
  const identifier = DerReader.of(algorithm);
  const oid = readObjectIdentifier(identifier.next());
  if (oid === oids.rsaEncryption) requireRsaKey(key.content);
  else if (oid === oids.ecPublicKey)
    await requireEcKey(key.content, readObjectIdentifier(identifier.next()), privateKey);
  else throw new NpkiFormatError(`a key of an unknown kind, ${oid}`);
}

/** RSAPrivateKey (RFC 8017 appendix A.1.2). */
function requireRsaKey(der: Uint8Array): void {
  const reader = DerReader.of(readOne(der, tags.sequence));
  readInteger(reader.next());
  const next = () => BigInt(`0x${bytesToHex(reader.next(tags.integer).content) || '0'}`);
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
  if (!consistent) throw new NpkiFormatError('not the numbers of one RSA key');
}

/** ECPrivateKey (RFC 5915 section 3). The check needs the public key in it, which nearly all have. */
async function requireEcKey(der: Uint8Array, curveOid: string, privateKey: Bytes): Promise<void> {
  const reader = DerReader.of(readOne(der, tags.sequence));
  if (readInteger(reader.next()) !== 1) throw new NpkiFormatError('unknown version');
  reader.next(tags.octetString);
  reader.nextIf(contextTag(0)); // curve, once more
  const point = reader.nextIf(contextTag(1));
  reader.end();
  const namedCurve = curves[curveOid];
  if (!namedCurve) throw new NpkiFormatError(`an unknown curve, ${curveOid}`);
  if (!point) return;
  const publicKey = readBitString(DerReader.of(point).next());
  if (!(await arePair(namedCurve, privateKey, publicKey))) throw new NpkiFormatError('not one EC key');
}
