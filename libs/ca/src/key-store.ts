import type { KeyObject } from 'node:crypto';

/** The signature algorithm of a CA key, as RFC 5758 and RFC 4055 name it. */
export type SignatureAlgorithm = 'ecdsaWithSHA256' | 'ecdsaWithSHA384' | 'sha256WithRSAEncryption';

/** A CA key in a file or a token. The interface never gives out the key itself. */
export interface KeyStore {
  /**
   * Signs the bytes; ECDSA signatures are DER.
   * Rejects with {@link KeyStoreUnavailable} if a retry may succeed, otherwise with {@link KeyStoreError}.
   */
  sign(bytes: Uint8Array): Promise<Buffer>;
  publicKey(): KeyObject;
  info(): { readonly kind: string; readonly location: string; readonly algorithm: SignatureAlgorithm };
}

/** The key cannot be used. The message names its location, never its content. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
}

/** The key cannot be used now: its device is not available, slow or overloaded. Retry later. */
export class KeyStoreUnavailable extends Error {
  override readonly name = 'KeyStoreUnavailable';
}

/** The signature algorithm for keys of this type; undefined if CAs do not use such keys. */
export function algorithmOf(key: KeyObject): SignatureAlgorithm | undefined {
  if (key.asymmetricKeyType === 'rsa') return 'sha256WithRSAEncryption';
  const curves: Record<string, SignatureAlgorithm> = {
    prime256v1: 'ecdsaWithSHA256',
    secp384r1: 'ecdsaWithSHA384',
  };
  return curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
}

/** The hash of a signature algorithm, as node:crypto calls it. */
export const hashOf = (algorithm: SignatureAlgorithm) =>
  algorithm === 'ecdsaWithSHA384' ? 'sha384' : 'sha256';
