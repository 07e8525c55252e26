import { ecdsaSignature } from '#libs/client';

type Bytes = Uint8Array<ArrayBuffer>;

/** The key kinds of joint certificates: RSA with PKCS #1 v1.5, and ECDSA P-256, both with SHA-256. */
const kinds = [
  { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' },
] as const;

/**
 * Signs with a private key (PKCS #8) of either kind; ECDSA signatures are in DER.
 *
 * @returns undefined if `publicKey` (SubjectPublicKeyInfo) does not verify the signature
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
      // The key is of the other kind.
    }
  return undefined;
}
