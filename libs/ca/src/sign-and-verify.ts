import { verify } from 'node:crypto';
import { hashOf, type KeyStore } from './key-store.js';

/**
 * Signs, and verifies the signature before it is used.
 * @throws Error if the key store fails, or returned a signature that does not verify
 */
export async function signAndVerify(keyStore: KeyStore, bytes: Buffer): Promise<Buffer> {
  const signature = await keyStore.sign(bytes);
  if (!verify(hashOf(keyStore.info().algorithm), bytes, keyStore.publicKey(), signature)) {
    throw new Error('the key store returned a signature that does not verify');
  }
  return signature;
}
