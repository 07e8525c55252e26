import { calculateJwkThumbprint } from 'jose';
import { der, nameAttributeTypes, pemOf, type Bytes } from '#libs/der';

/** The key type of WebCrypto, whose name differs between the types of Node and of browsers. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const signing = { name: 'ECDSA', hash: 'SHA-256' };
/** RFC 5758: ecdsa-with-SHA256, which has no parameters. */
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';

/** The key pair (P-256) that the certificate will be issued for. The private key never leaves the device. */
export class CertificateKey {
  private constructor(
    readonly privateKey: Key,
    /** SubjectPublicKeyInfo, DER. */
    readonly publicKey: Bytes,
    /** RFC 7638 thumbprint by SHA-256, base64url; sent with the start of a reissue. */
    readonly thumbprint: string,
  ) {}

  /** Generates a key pair. It has to be extractable to be saved in a file (`libs/npki`) later. */
  static async make({ extractable = true } = {}): Promise<CertificateKey> {
    const pair = await crypto.subtle.generateKey(algorithm, extractable, ['sign', 'verify']);
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
    return CertificateKey.of(pair.privateKey, publicKey);
  }

  /** Restores a stored key pair, e.g. from IndexedDB, which can also store keys that are not extractable. */
  static async of(privateKey: Key, publicKey: Bytes): Promise<CertificateKey> {
    const imported = await crypto.subtle.importKey('spki', publicKey, algorithm, true, ['verify']);
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', imported);
    const thumbprint = await calculateJwkThumbprint({ kty: kty!, crv: crv!, x: x!, y: y! });
    return new CertificateKey(privateKey, publicKey, thumbprint);
  }

  /** ECDSA with SHA-256, as DER. */
  async sign(bytes: Bytes): Promise<Bytes> {
    return ecdsaSignature(new Uint8Array(await crypto.subtle.sign(signing, this.privateKey, bytes)));
  }

  /** A certificate request (PKCS #10, RFC 2986) in PEM. The CA ignores its subject. */
  async request(commonName = 'Reseal customer'): Promise<string> {
    const { sequence, set, smallInteger, objectIdentifier, utf8String, bitString, explicit } = der;
    const name = sequence(set(sequence(objectIdentifier(nameAttributeTypes.cn), utf8String(commonName))));
    const info = sequence(smallInteger(0), name, this.publicKey, explicit(0));
    const signatureAlgorithm = sequence(objectIdentifier(ecdsaWithSha256));
    const request = sequence(info, signatureAlgorithm, bitString(await this.sign(info)));
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

/** Converts a signature of WebCrypto (r followed by s) to an ECDSA-Sig-Value (RFC 3279 section 2.2.3). */
export function ecdsaSignature(raw: Uint8Array): Bytes {
  const half = raw.length / 2;
  return der.sequence(der.unsignedInteger(raw.subarray(0, half)), der.unsignedInteger(raw.subarray(half)));
}
