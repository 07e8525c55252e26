import { X509Certificate as NodeCertificate, verify } from 'node:crypto';
import { authorityFiles, generationsIn } from './authority-files.js';
import { assembleCertificate, type IssuerIdentity } from './certificate.js';
import { readPemCertificate } from './open-root.js';
import { hashOf, KeyStoreError, type KeyStore } from './key-store.js';
import { openKeyFile } from './key-store/file.js';
import { keyIdentifierOf, X509Certificate } from './peculiar.js';

/** An issuing CA that is ready to sign: its certificate, the chain to the root, and its key. */
export interface IssuingAuthority {
  readonly identity: IssuerIdentity;
  readonly organisation: string;
  /** The CA's subject as text. */
  readonly subject: string;
  readonly notBefore: Date;
  /** DER: the issuing CA, then the root. */
  readonly chain: readonly [issuing: Buffer, root: Buffer];
  readonly keyStore: KeyStore;
}

/**
 * Opens the newest issuing CA of a directory; its key must be in a file. A signer opens all issuing CAs and finds new
 * ones: see `openAuthorities`.
 *
 * @throws {KeyStoreError} if the key file cannot be opened or is accessible to other users, or the key does not match
 *   the certificates
 */
export function openIssuingAuthority(directory: string, passphrase: string): IssuingAuthority {
  const files = authorityFiles(directory);
  const generation = generationsIn(directory)[0] ?? 1;
  const keyStore = openKeyFile(files.issuingKey(generation), passphrase);
  const issuing = readPemCertificate(files.issuingCertificate(generation));
  return issuingAuthority(keyStore, [issuing, readPemCertificate(files.rootCertificate)]);
}

/** The identity of an issuing or root CA as an issuer. @throws {KeyStoreError} if it has no subject key identifier */
export function issuerIdentityOf(certificate: X509Certificate, keyStore: KeyStore): IssuerIdentity {
  const keyId = keyIdentifierOf(certificate);
  return {
    name: Buffer.from(certificate.subjectName.toArrayBuffer()),
    keyIdentifier: Buffer.from(keyId, 'hex'),
    keyId,
    notAfter: certificate.notAfter,
    algorithm: keyStore.info().algorithm,
  };
}

/**
 * An issuing CA from its key and its chain.
 * @throws {KeyStoreError} if the key does not match the chain, or the chain is not valid
 */
export function issuingAuthority(keyStore: KeyStore, chain: readonly Buffer[]): IssuingAuthority {
  const [issuing, root] = chain.map((der) => new NodeCertificate(der));
  if (!issuing || !root) throw new KeyStoreError('the chain has no issuing CA or no root');
  if (!issuing.publicKey.equals(keyStore.publicKey())) {
    throw new KeyStoreError('the key does not match the certificate of the issuing CA');
  }
  if (!issuing.ca || !issuing.verify(root.publicKey)) {
    throw new KeyStoreError('the issuing CA was not certified by this root');
  }
  const parsed = new X509Certificate(issuing.raw);
  return {
    identity: issuerIdentityOf(parsed, keyStore),
    organisation: parsed.subjectName.getField('O')[0] ?? '',
    subject: parsed.subject,
    notBefore: parsed.notBefore,
    chain: [issuing.raw, root.raw],
    keyStore,
  };
}

/**
 * Signs the result of `buildCertificate` and verifies the signature before it is used.
 * @returns the certificate in DER
 * @throws Error if the key store returned a signature that does not verify
 */
export async function signCertificate(authority: IssuingAuthority, tbs: Buffer): Promise<Buffer> {
  const { keyStore, identity } = authority;
  const signature = await keyStore.sign(tbs);
  if (!verify(hashOf(identity.algorithm), tbs, keyStore.publicKey(), signature)) {
    throw new Error('the key store returned a signature that does not verify');
  }
  return assembleCertificate(tbs, identity.algorithm, signature);
}
