import { existsSync } from 'node:fs';
import { authorityFiles } from './authority-files.js';
import { KeyStoreError, type KeyStore } from './key-store.js';
import { createKeyFile, openKeyFile } from './key-store/file.js';
import type { Token } from './key-store/pkcs11.js';

/** The keys of the issuing CA: each generation's key is in an encrypted file or in a token. */
export interface IssuingKeys {
  /** @throws {KeyStoreError} if the key is missing or cannot be used */
  open(generation: number): Promise<KeyStore>;
  /** Makes the key of a new generation, or finds the key that an interrupted attempt left in the token. */
  create(generation: number): Promise<KeyStore>;
  close(): Promise<void>;
}

export interface IssuingKeysOptions {
  readonly directory: string;
  /** Opens the key files in the directory. */
  readonly passphrase: string;
  /** The token for keys that are not in files. */
  readonly token?: Token;
  /** Where the keys of new generations are made. */
  readonly newKeys?: 'file' | 'pkcs11';
}

/**
 * A generation with a key file is opened from the file, all others from the token. An authority moves from files to a
 * token by a rotation; no key is ever copied.
 */
export function issuingKeys({
  directory,
  passphrase,
  token,
  newKeys = 'file',
}: IssuingKeysOptions): IssuingKeys {
  const files = authorityFiles(directory);
  const inToken = () => {
    if (token) return token;
    throw new KeyStoreError('the CA key is not in a file, and no PKCS#11 token is configured');
  };
  return {
    async open(generation) {
      const path = files.issuingKey(generation);
      if (existsSync(path)) return openKeyFile(path, passphrase);
      if (!token) throw new KeyStoreError(`${path} does not exist, and no PKCS#11 token is configured`);
      return token.openKey(labelOf(generation));
    },
    async create(generation) {
      return newKeys === 'pkcs11'
        ? inToken().createKey(labelOf(generation))
        : createKeyFile(files.issuingKey(generation), passphrase, 'P-256');
    },
    async close() {
      await token?.close();
    },
  };
}

/** CKA_LABEL of an issuing key in a token. */
const labelOf = (generation: number) => `reseal-issuing-${generation}`;
