import { signatureSchemeOf } from '#libs/client';
import { importPrivate } from './own-key.js';

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
  const { subtle } = crypto;
  try {
    const { algorithm, encode } = signatureSchemeOf(publicKey);
    const known = await subtle.importKey('spki', Uint8Array.from(publicKey), algorithm, false, ['verify']);
    const signature = await subtle.sign(algorithm, await importPrivate(privateKey), text);
    if (await subtle.verify(algorithm, known, signature, text)) return encode(new Uint8Array(signature));
  } catch {
    // The keys are of different kinds, or of a kind that signs no joint certificates.
  }
  return undefined;
}
