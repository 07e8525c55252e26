import { X509Certificate as NodeCertificate, verify } from 'node:crypto';
import { authorityFiles, generationsIn } from './authority-files.js';
import { assembleCertificate, type IssuerIdentity } from './certificate.js';
import { readPemCertificate } from './open-root.js';
import { hashOf, KeyStoreError, type KeyStore } from './key-store.js';
import { openKeyFile } from './key-store/file.js';
import { keyIdentifierOf, X509Certificate } from './peculiar.js';

/** An issuing CA that is ready to sign: its certificate, the way up to the root, and its key. */
export interface IssuingAuthority {
  readonly identity: IssuerIdentity;
  readonly organisation: string;
  /** Text of the CA's subject. */
  readonly subject: string;
  readonly notBefore: Date;
  /** DER: the issuing CA, then the root. */
  readonly chain: readonly [issuing: Buffer, root: Buffer];
  readonly keyStore: KeyStore;
}

/**
 * Opens the newest issuing CA of a directory, whose key must be in a file. Who signs in the long run holds all of
 * them and notices new ones: see `openAuthorities`.
 *
 * @throws {KeyStoreError} if the key file can be opened by others or not at all, or key and certificates do not
 *   belong together
 */
export function openIssuingAuthority(directory: string, passphrase: string): IssuingAuthority {
  const files = authorityFiles(directory);
  const generation = generationsIn(directory)[0] ?? 1;
  const keyStore = openKeyFile(files.issuingKey(generation), passphrase);
  const issuing = readPemCertificate(files.issuingCertificate(generation));
  return issuingAuthority(keyStore, [issuing, readPemCertificate(files.rootCertificate)]);
}

/** As what a CA, issuing or root, signs. @throws {KeyStoreError} if it has no subject key identifier */
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
 * An issuing CA from a key, wherever it is kept, and its chain.
 * @throws {KeyStoreError} if they do not belong together
 */
export function issuingAuthority(keyStore: KeyStore, chain: readonly Buffer[]): IssuingAuthority {
  const [issuing, root] = chain.map((der) => new NodeCertificate(der));
  if (!issuing || !root) throw new KeyStoreError('the chain lacks the issuing CA or the root');
  if (!issuing.publicKey.equals(keyStore.publicKey())) {
    throw new KeyStoreError('the key is not the one the issuing CA is certified for');
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
 * Signs what `buildCertificate` made and checks the signature before anyone sees it.
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
