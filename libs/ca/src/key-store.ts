import type { KeyObject } from 'node:crypto';

/** How a CA key signs, by its name in RFC 5758 and RFC 4055. */
export type SignatureAlgorithm = 'ecdsaWithSHA256' | 'ecdsaWithSHA384' | 'sha256WithRSAEncryption';

/** Wherever a CA key lives, this is all that is asked of it: the key itself never comes out. */
export interface KeyStore {
  /**
   * Signs the bytes; ECDSA signatures are DER.
   * Rejects with {@link KeyStoreUnavailable} where another try may succeed, else with {@link KeyStoreError}.
   */
  sign(bytes: Uint8Array): Promise<Buffer>;
  publicKey(): KeyObject;
  info(): { readonly kind: string; readonly location: string; readonly algorithm: SignatureAlgorithm };
}

/** The key cannot be used as it lies there; the message names where it lies, never its content. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
}

/** The key cannot be used at this moment: its device is away, slow or asked too much. Try again later. */
export class KeyStoreUnavailable extends Error {
  override readonly name = 'KeyStoreUnavailable';
}

/** The algorithm a key of this kind signs with here; undefined if a CA here does not use such keys. */
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
