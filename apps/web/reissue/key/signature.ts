import { importPrivate, signatureOfPair } from './own-key.js';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Signs with a private key (PKCS #8), RSA or EC; ECDSA signatures are in DER.
 *
 * @returns undefined if `publicKey` (SubjectPublicKeyInfo) does not verify the signature
 */
export async function signIfPair(
  privateKey: Bytes,
  publicKey: Uint8Array,
  text: Bytes,
): Promise<Bytes | undefined> {
  try {
    return await signatureOfPair(await importPrivate(privateKey), Uint8Array.from(publicKey), text);
  } catch {
    // The keys are of different kinds, or of a kind that signs no joint certificates.
    return undefined;
  }
}
