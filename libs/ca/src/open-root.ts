import { existsSync, readFileSync } from 'node:fs';
import { authorityFiles, rootFiles } from './authority-files.js';
import type { Certifier } from './authority-certificate.js';
import { KeyStoreError } from './key-store.js';
import { openKeyFile } from './key-store/file.js';
import { parsePemBundle } from './pem.js';
import { X509Certificate } from './peculiar.js';

export interface RootLocation {
  readonly directory: string;
  readonly passphrase: string;
}

/**
 * Opens the root, to certify an issuing CA.
 * @throws {KeyStoreError} if it is missing, or its key does not match its certificate
 */
export function openRoot({ directory, passphrase }: RootLocation): Certifier {
  const files = rootFiles(directory);
  if (!existsSync(files.key)) throw new KeyStoreError(`the root key is not in ${directory}: put it there`);
  const keyStore = openKeyFile(files.key, passphrase);
  const certificate = new X509Certificate(readPemCertificate(files.certificate));
  const spki = keyStore.publicKey().export({ format: 'der', type: 'spki' });
  if (!spki.equals(Buffer.from(certificate.publicKey.rawData))) {
    throw new KeyStoreError(`${files.certificate} does not match ${files.key}`);
  }
  return { certificate, keyStore };
}

/**
 * Opens the root that certified the CA of a directory.
 * @throws {KeyStoreError} as {@link openRoot}, and if it is another root
 */
export function openRootOf(directory: string, place: RootLocation): Certifier {
  const root = openRoot(place);
  if (
    !readPemCertificate(authorityFiles(directory).rootCertificate).equals(
      Buffer.from(root.certificate.rawData),
    )
  )
    throw new KeyStoreError(`the root in ${place.directory} is not the root of ${directory}`);
  return root;
}

/**
 * The first certificate of a PEM file, in DER.
 * @throws {KeyStoreError} if there is none
 */
export function readPemCertificate(path: string): Buffer {
  if (!existsSync(path)) throw new KeyStoreError(`${path} does not exist`);
  const [der] = parsePemBundle(readFileSync(path, 'utf8'));
  if (!der) throw new KeyStoreError(`${path} has no certificate in PEM`);
  return der;
}
