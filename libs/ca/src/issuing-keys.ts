import { existsSync } from 'node:fs';
import { authorityFiles } from './authority-files.js';
import { KeyStoreError, type KeyStore } from './key-store.js';
import { createKeyFile, openKeyFile } from './key-store/file.js';
import type { Token } from './key-store/pkcs11.js';

/** Where the keys of the issuing CA are: each generation in an encrypted file or in a token. */
export interface IssuingKeys {
  /** @throws {KeyStoreError} if the key is not where it should be, or cannot be used as it is */
  open(generation: number): Promise<KeyStore>;
  /** Makes the key of a new generation, or finds the one that an interrupted attempt has left in the token. */
  create(generation: number): Promise<KeyStore>;
  close(): Promise<void>;
}

export interface IssuingKeysOptions {
  readonly directory: string;
  /** Opens the key files in the directory. */
  readonly passphrase: string;
  /** Where keys are that lie in no file. */
  readonly token?: Token;
  /** Where a new generation's key is made. */
  readonly newKeys?: 'file' | 'pkcs11';
}

/**
 * A generation whose key file exists is opened from it, any other from the token: an authority moves from files to
 * a token by a rotation, without a key ever being copied.
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
    throw new KeyStoreError('a CA key is in no file, and no PKCS#11 token is configured');
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
