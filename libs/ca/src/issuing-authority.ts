import { X509Certificate as NodeCertificate, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { authorityFiles } from './authority-files.js';
import { assembleCertificate, type IssuerIdentity } from './certificate.js';
import { KeyStoreError, openKeyFile, requireOwnerOnly, type KeyStore } from './key-store.js';
import { parsePemBundle } from './pem.js';
import { SubjectKeyIdentifierExtension, X509Certificate } from './peculiar.js';

/** An issuing CA that is ready to sign: its certificate, the way up to the root, and its key. */
export interface IssuingAuthority {
  readonly identity: IssuerIdentity;
  readonly organisation: string;
  /** Text of the CA's subject. */
  readonly subject: string;
  /** DER: the issuing CA, then the root. */
  readonly chain: readonly Buffer[];
  readonly keyStore: KeyStore;
}

/**
 * Opens the authority that `createCertificateAuthority` left in a directory.
 *
 * @throws {KeyStoreError} if a key file can be opened by others or not at all, or key and certificates do not
 *   belong together
 */
export function openIssuingAuthority(directory: string, passphrase: string): IssuingAuthority {
  const files = authorityFiles(directory);
  if (existsSync(files.rootKey)) requireOwnerOnly(files.rootKey); // it may rightly be kept elsewhere
  const keyStore = openKeyFile(files.issuingKey, passphrase);
  const issuing = readCertificate(files.issuingCertificate);
  const root = readCertificate(files.rootCertificate);
  return issuingAuthority(keyStore, [issuing, root]);
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
  const keyIdentifier = parsed.getExtension(SubjectKeyIdentifierExtension)?.keyId;
  if (!keyIdentifier) throw new KeyStoreError('the issuing CA has no subject key identifier');
  return {
    identity: {
      name: Buffer.from(parsed.subjectName.toArrayBuffer()),
      keyIdentifier: Buffer.from(keyIdentifier, 'hex'),
      notAfter: parsed.notAfter,
      algorithm: keyStore.info().algorithm,
    },
    organisation: parsed.subjectName.getField('O')[0] ?? '',
    subject: parsed.subject,
    chain,
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
  const hash = identity.algorithm === 'ecdsaWithSHA384' ? 'sha384' : 'sha256';
  if (!verify(hash, tbs, keyStore.publicKey(), signature)) {
    throw new Error('the key store returned a signature that does not verify');
  }
  return assembleCertificate(tbs, identity.algorithm, signature);
}

function readCertificate(path: string): Buffer {
  if (!existsSync(path)) throw new KeyStoreError(`${path} does not exist`);
  const [der] = parsePemBundle(readFileSync(path, 'utf8'));
  if (!der) throw new KeyStoreError(`${path} holds no certificate in PEM`);
  return der;
}
