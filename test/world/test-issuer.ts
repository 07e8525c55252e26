// @peculiar/x509 finds its implementations through decorator metadata, which must exist before it is loaded.
import 'reflect-metadata';
import { randomBytes, type webcrypto } from 'node:crypto';
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509';
import type { World } from './world.js';

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const notBefore = new Date('2020-01-01T00:00:00Z');
const notAfter = new Date('2040-01-01T00:00:00Z');

/** An issuing CA with its root, made by a test, under any name. */
export class TestIssuer {
  private constructor(
    readonly subject: string,
    private readonly keys: webcrypto.CryptoKeyPair,
    /** DER. */
    readonly certificate: Buffer,
    readonly root: Buffer,
  ) {}

  static async make(subject: string): Promise<TestIssuer> {
    const [rootKeys, keys] = await Promise.all([newKeys(), newKeys()]);
    const rootSubject = `${subject} Root`;
    const ca = [new BasicConstraintsExtension(true, undefined, true)];
    const root = await certify(rootSubject, rootKeys.publicKey, rootSubject, rootKeys, ca);
    const certificate = await certify(subject, keys.publicKey, rootSubject, rootKeys, ca);
    return new TestIssuer(subject, keys, certificate, root);
  }

  /** Issues a certificate (DER) for this key. */
  certify(publicKey: webcrypto.CryptoKey): Promise<Buffer> {
    return certify('CN=Fictional Person', publicKey, this.subject, this.keys);
  }

  /** Registers this issuer as one of the bank's. */
  async makeKnown({ owner }: World, root = this.root): Promise<void> {
    await owner
      .insertInto('issuer')
      .values({
        subject: this.subject,
        key_id: randomBytes(20).toString('hex'),
        certificate: this.certificate,
        root,
        not_after: notAfter,
        crl_shards: 16,
        activated_at: notBefore,
        retired_at: notBefore,
      })
      .execute();
  }
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
}

async function certify(
  subject: string,
  publicKey: webcrypto.CryptoKey,
  issuer: string,
  { privateKey }: webcrypto.CryptoKeyPair,
  extensions: BasicConstraintsExtension[] = [],
): Promise<Buffer> {
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString('hex'),
    subject,
    issuer,
    notBefore,
    notAfter,
    publicKey,
    signingKey: privateKey,
    signingAlgorithm: ecdsa,
    extensions,
  });
  return Buffer.from(certificate.rawData);
}
