/** Finds the private key of a certificate. */
import { tags } from '#libs/der';
import { readerOfSingle } from './reader.js';
import { equalBytes } from './bytes.js';
import { oids } from './oids.js';
import type { PrivateKeyInfo } from './private-key-info.js';
import { readCertificateFields } from './x509.js';

/** WebCrypto's names of curves, by object identifier. */
export const curves: Readonly<Record<string, string>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
};

/** Whether the private key belongs to the certificate. Both are in DER; the key is PKCS #8, RSA or EC. */
export async function isKeyOf(privateKey: Uint8Array, certificate: Uint8Array): Promise<boolean> {
  const subjectKey = readerOfSingle(readCertificateFields(certificate).publicKey, tags.sequence);
  const algorithm = subjectKey.inside(tags.sequence);
  const point = subjectKey.bits();
  const info = readerOfSingle(privateKey, tags.sequence);
  info.content(tags.integer);
  const keyAlgorithm = info.inside(tags.sequence);
  const oid = algorithm.objectIdentifier();
  if (oid !== keyAlgorithm.objectIdentifier()) return false;
  if (oid === oids.rsaEncryption) return sameModulus(point, info.content(tags.octetString));
  const curve = algorithm.objectIdentifier();
  const namedCurve = curves[curve];
  if (!namedCurve || keyAlgorithm.objectIdentifier() !== curve) return false;
  return arePair(namedCurve, privateKey, point);
}

function sameModulus(publicKey: Uint8Array, privateKey: Uint8Array): boolean {
  const own = readerOfSingle(privateKey, tags.sequence);
  own.smallInteger();
  const theirs = readerOfSingle(publicKey, tags.sequence);
  return equalBytes(own.content(tags.integer), theirs.content(tags.integer));
}

/** @param publicKey the point, uncompressed */
export async function arePair(
  namedCurve: string,
  privateKey: Uint8Array,
  publicKey: Uint8Array,
): Promise<boolean> {
  const { subtle } = crypto;
  const ecdsa = { name: 'ECDSA', namedCurve, hash: 'SHA-256' };
  const message = new TextEncoder().encode('one key pair');
  try {
    const pkcs8 = Uint8Array.from(privateKey);
    const signer = await subtle.importKey('pkcs8', pkcs8, ecdsa, false, ['sign']);
    const verifier = await subtle.importKey('raw', Uint8Array.from(publicKey), ecdsa, false, ['verify']);
    return await subtle.verify(ecdsa, verifier, await subtle.sign(ecdsa, signer, message), message);
  } catch {
    return false; // the number is not valid for the curve
  }
}

export interface HolderPair extends PrivateKeyInfo {
  /** In DER. */
  readonly certificate: Uint8Array;
}

/**
 * Finds a holder's certificate for signatures and its key. Older holders also have a pair for encryption (`kmCert.der`,
 * `kmPri.key`), and there may be certificates of CAs. Undefined if no key matches a certificate.
 *
 * @param certificates in DER
 * @throws {FormatError} if one of them is not a certificate or key
 */
export async function findSigningPair(
  keys: readonly PrivateKeyInfo[],
  certificates: readonly Uint8Array[],
): Promise<HolderPair | undefined> {
  const pairs: HolderPair[] = [];
  for (const certificate of certificates)
    for (const key of keys)
      if (await isKeyOf(key.privateKey, certificate)) pairs.push({ ...key, certificate });
  return pairs.find(({ certificate }) => isForSignatures(certificate)) ?? pairs[0];
}

/** Whether keyUsage (RFC 5280 section 4.2.1.3) has digitalSignature or nonRepudiation, or is absent. */
export function isForSignatures(certificate: Uint8Array): boolean {
  const keyUsage = readCertificateFields(certificate).extensions.get(oids.keyUsage);
  if (!keyUsage) return true;
  const bits = readerOfSingle(keyUsage, tags.bitString).remaining()[1] ?? 0;
  return (bits & 0b1100_0000) !== 0;
}
