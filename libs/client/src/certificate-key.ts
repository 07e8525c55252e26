import { calculateJwkThumbprint } from 'jose';
import { der, nameAttributeTypes, pemOf, type Bytes } from '#libs/der';
import type { CertificateProfile } from './generated/types.gen.js';
import { signatureSchemeOf, type SignatureScheme } from './signature-scheme.js';

/** The key type of WebCrypto, whose name differs between the types of Node and of browsers. */
export type WebCryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** A key type that a certificate profile permits. */
export type KeyType = CertificateProfile['keyTypes'][number];

const rsa = (modulusLength: number) => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength,
  publicExponent: Uint8Array.of(1, 0, 1),
});

/** WebCrypto's parameters to generate a key. */
const generation = {
  'EC-P256': { name: 'ECDSA', namedCurve: 'P-256' },
  'RSA-2048': rsa(2048),
  'RSA-3072': rsa(3072),
  'RSA-4096': rsa(4096),
} as const satisfies Record<KeyType, object>;

/** The key pair that the certificate will be issued for. The private key never leaves the device. */
export class CertificateKey {
  private constructor(
    readonly privateKey: WebCryptoKey,
    /** SubjectPublicKeyInfo, DER. */
    readonly publicKey: Bytes,
    /** RFC 7638 thumbprint by SHA-256, base64url; sent with the start of a reissue. */
    readonly thumbprint: string,
    private readonly scheme: SignatureScheme,
  ) {}

  /**
   * Generates a key pair. It has to be extractable to be saved in a file (`libs/npki`) later.
   *
   * @param options `keyType` is one that the gateway's certificate profile lists, best the first of them
   */
  static async make({
    keyType = 'EC-P256',
    extractable = true,
  }: { readonly keyType?: KeyType; readonly extractable?: boolean } = {}): Promise<CertificateKey> {
    const pair = await crypto.subtle.generateKey(generation[keyType], extractable, ['sign', 'verify']);
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
    return CertificateKey.of(pair.privateKey, publicKey);
  }

  /**
   * Restores a stored key pair, e.g. from IndexedDB, which can also store keys that are not extractable.
   *
   * @throws {FormatError} if the key is neither EC nor RSA
   */
  static async of(privateKey: WebCryptoKey, publicKey: Bytes): Promise<CertificateKey> {
    const scheme = signatureSchemeOf(publicKey);
    const imported = await crypto.subtle.importKey('spki', publicKey, scheme.algorithm, true, ['verify']);
    const jwk = await crypto.subtle.exportKey('jwk', imported);
    const thumbprint = await calculateJwkThumbprint({ ...jwk, kty: jwk.kty! });
    return new CertificateKey(privateKey, publicKey, thumbprint, scheme);
  }

  /** Signs with SHA-256: ECDSA as DER, or RSA as PKCS #1 v1.5. */
  async sign(bytes: Bytes): Promise<Bytes> {
    const { algorithm, encode } = this.scheme;
    return encode(new Uint8Array(await crypto.subtle.sign(algorithm, this.privateKey, bytes)));
  }

  /** A certificate request (PKCS #10, RFC 2986) in PEM. The CA ignores its subject. */
  async request(commonName = 'Reseal customer'): Promise<string> {
    const { sequence, set, smallInteger, objectIdentifier, utf8String, bitString, explicit } = der;
    const name = sequence(set(sequence(objectIdentifier(nameAttributeTypes.cn), utf8String(commonName))));
    const info = sequence(smallInteger(0), name, this.publicKey, explicit(0));
    const request = sequence(info, this.scheme.identifier, bitString(await this.sign(info)));
    return pemOf(request, 'CERTIFICATE REQUEST');
  }

  /** The private key as PKCS #8, DER. @throws DOMException if it is not extractable */
  async exportPrivateKey(): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.exportKey('pkcs8', this.privateKey));
  }
}

/** R of the VID, 20 random bytes in hexadecimal: the customer stores it with the private key. */
export const newVidRandom = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(20)), (octet) => octet.toString(16).padStart(2, '0')).join(
    '',
  );
