import { createHash, X509Certificate as NodeCertificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { responderFiles } from '../authority-files.js';
import { KeyStoreError, type KeyStore } from '../key-store.js';
import { openKeyFile } from '../key-store/file.js';
import { ExtendedKeyUsageExtension, X509Certificate } from '../peculiar.js';
import { parsePemBundle } from '../pem.js';
import { DerReader, tags } from '#libs/der';
import type { CertId, CertIdHash } from './request.js';

/** id-kp-OCSPSigning (RFC 6960 section 4.2.2.2). */
export const ocspSigning = '1.3.6.1.5.5.7.3.9';

/** The delegated responder of one issuing CA, ready to sign (RFC 6960 section 4.2.2.2). */
export interface OcspResponder {
  /** DER. */
  readonly certificate: Buffer;
  /** SHA-1 of its public key, for `byKey` of the ResponderID. */
  readonly keyHash: Buffer;
  readonly notAfter: Date;
  readonly keyStore: KeyStore;
}

/**
 * Opens the responder of an issuing CA.
 *
 * @param directory contains `responder-<issuer key id>.crt` and `.key`, which is encrypted with the passphrase
 * @param issuer DER of the issuing CA's certificate
 * @throws {KeyStoreError} if a file is missing or not readable, the key cannot be opened or is accessible to other users,
 *   or certificate, key and issuer do not match (also for a moment while a renewal replaces the files)
 */
export function openOcspResponder(
  directory: string,
  keyId: string,
  issuer: Buffer,
  passphrase: string,
): OcspResponder {
  const files = responderFiles(directory, keyId);
  const keyStore = openKeyFile(files.key, passphrase);
  const certificate = new NodeCertificate(readCertificate(files.certificate));
  if (!certificate.publicKey.equals(keyStore.publicKey()))
    throw new KeyStoreError(`${files.key} is not the key of ${files.certificate}`);
  if (!certificate.verify(new NodeCertificate(issuer).publicKey))
    throw new KeyStoreError(`${files.certificate} was not certified by this issuing CA`);
  const parsed = new X509Certificate(certificate.raw);
  if (!parsed.getExtension(ExtendedKeyUsageExtension)?.usages.includes(ocspSigning))
    throw new KeyStoreError(`${files.certificate} is not the certificate of an OCSP responder`);
  return {
    certificate: certificate.raw,
    keyHash: createHash('sha1').update(keyBits(certificate)).digest(),
    notAfter: parsed.notAfter,
    keyStore,
  };
}

function readCertificate(path: string): Buffer {
  try {
    const [der] = parsePemBundle(readFileSync(path, 'utf8'));
    if (der) return der;
  } catch (error) {
    throw new KeyStoreError(`${path} is not readable`, { cause: error });
  }
  throw new KeyStoreError(`${path} has no certificate in PEM`);
}

/** The bits of subjectPublicKey, whose hash identifies the key. */
function keyBits(certificate: NodeCertificate): Buffer {
  const spki = certificate.publicKey.export({ format: 'der', type: 'spki' });
  return new DerReader(spki).read(tags.sequence, (reader) => {
    reader.content(tags.sequence);
    return reader.bits();
  });
}

/** Hashes of an issuing CA's subject and public key, which identify it in requests. */
export type IssuerHashes = Readonly<Record<CertIdHash, { readonly name: Buffer; readonly key: Buffer }>>;

/** @param issuer DER of the issuing CA's certificate */
export function issuerHashes(issuer: Buffer): IssuerHashes {
  const certificate = new X509Certificate(issuer);
  const name = Buffer.from(certificate.subjectName.toArrayBuffer());
  const key = keyBits(new NodeCertificate(issuer));
  const of = (hash: CertIdHash) => ({
    name: createHash(hash).update(name).digest(),
    key: createHash(hash).update(key).digest(),
  });
  return { sha1: of('sha1'), sha256: of('sha256') };
}

/** Whether the issuing CA is the issuer in a CertID. */
export function isIssuedBy({ hash, issuerNameHash, issuerKeyHash }: CertId, hashes: IssuerHashes): boolean {
  if (!hash) return false;
  return hashes[hash].name.equals(issuerNameHash) && hashes[hash].key.equals(issuerKeyHash);
}
