import { constants, createPublicKey, verify } from 'node:crypto';

/**
 * Whether the signature over exactly these bytes was made with the private key to this public key: ECDSA with
 * a DER signature, or RSA PKCS#1 v1.5, both with SHA-256. Anything that is not a key or a signature is `false`.
 *
 * @param spki DER SubjectPublicKeyInfo
 */
export function verifyPossession(spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    switch (key.asymmetricKeyType) {
      case 'ec':
        return verify('sha256', message, { key, dsaEncoding: 'der' }, signature);
      case 'rsa':
        return verify('sha256', message, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
      default:
        return false;
    }
  } catch {
    return false;
  }
}
