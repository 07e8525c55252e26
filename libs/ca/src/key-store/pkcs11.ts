import type { KeyStore } from '../key-store.js';

/** A PKCS#11 token that holds CA keys. */
export interface Token {
  /** @throws {KeyStoreError} if the token holds no such key, or one that could be taken out of it */
  openKey(label: string): Promise<KeyStore>;
  /** Makes a P-256 key that never leaves the token, or finds the one of this label. */
  createKey(label: string): Promise<KeyStore>;
  close(): Promise<void>;
}
