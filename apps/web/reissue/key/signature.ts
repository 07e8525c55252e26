import { ecdsaSignature } from '#libs/client';

type Bytes = Uint8Array<ArrayBuffer>;

/** The kinds of keys that certificates here have; RSA signs as PKCS #1 v1.5, both with SHA-256. */
const kinds = [
  { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' },
] as const;

/**
 * The signature of a private key (PKCS #8) of either kind, ECDSA as DER, if `publicKey` (SubjectPublicKeyInfo) knows it
 * as its own; undefined if the two do not belong together.
 */
export async function signIfPair(
  privateKey: Bytes,
  publicKey: Uint8Array,
  text: Bytes,
): Promise<Bytes | undefined> {
  const { subtle } = crypto;
  for (const kind of kinds)
    try {
      const key = await subtle.importKey('pkcs8', privateKey, kind, false, ['sign']);
      const known = await subtle.importKey('spki', Uint8Array.from(publicKey), kind, false, ['verify']);
      const signature = new Uint8Array(await subtle.sign(kind, key, text));
      if (await subtle.verify(kind, known, signature, text))
        return kind.name === 'ECDSA' ? ecdsaSignature(signature) : signature;
    } catch {
      // A key of the other kind.
    }
  return undefined;
}
