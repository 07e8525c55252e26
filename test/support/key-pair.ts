// @peculiar/x509 finds its implementations through decorator metadata, which must exist before it is loaded.
import 'reflect-metadata';
import { KeyObject, sign, type webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { rememberSecret } from './canaries.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A customer's key pair (P-256). */
export class KeyPair {
  private constructor(
    private readonly keys: webcrypto.CryptoKeyPair,
    /** RFC 7638, SHA-256, base64url. */
    readonly thumbprint: string,
  ) {}

  static async make(): Promise<KeyPair> {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const { d } = KeyObject.from(keys.privateKey).export({ format: 'jwk' });
    rememberSecret('private key', Buffer.from(d!, 'base64url'));
    return new KeyPair(keys, await calculateJwkThumbprint(await exportJWK(keys.publicKey)));
  }

  /** A certificate request (PKCS#10, PEM) for this key. The CA ignores its subject. */
  async request(commonName = 'Reseal customer'): Promise<string> {
    const request = await Pkcs10CertificateRequestGenerator.create({
      name: [{ CN: [commonName] }],
      keys: this.keys,
      signingAlgorithm: algorithm,
    });
    return `${request.toString('pem')}\n`;
  }

  /** ECDSA with SHA-256 over `bytes`, as DER. */
  sign(bytes: Uint8Array): Buffer {
    return sign('sha256', bytes, KeyObject.from(this.keys.privateKey));
  }

  /** The private key, in PEM (PKCS#8). */
  privateKeyPem(): string {
    return KeyObject.from(this.keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  }
}
