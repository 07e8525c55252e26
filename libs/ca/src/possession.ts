import { constants, createPublicKey, verify } from 'node:crypto';

/**
 * Whether the signature covers exactly these bytes and was made with the private key of this public key: ECDSA with a DER
 * signature, or RSA PKCS#1 v1.5, both with SHA-256. An invalid key or signature gives `false`.
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
