import { webcrypto } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 24 * 3_600_000;

interface Wanted {
  /** The end of its validity; by default tomorrow. */
  readonly notAfter?: Date;
  readonly name?: string;
}

/** A certificate and its key in PEM. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** A throw-away CA that issues certificates of servers on this machine and of their clients. */
export class TestAuthority {
  private constructor(
    private readonly certificate: X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  static async create(name = 'Test CA'): Promise<TestAuthority> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - 30 * day),
      notAfter: new Date(Date.now() + day),
      extensions: [new BasicConstraintsExtension(true, 0, true)],
    });
    return new TestAuthority(certificate, keys);
  }

  /** PEM. */
  get pem(): string {
    return this.certificate.toString('pem');
  }

  /** Issues a certificate for `127.0.0.1` and `localhost`, for servers and clients. */
  async issue({
    notAfter = new Date(Date.now() + day),
    name = 'spec',
  }: Wanted = {}): Promise<TestCertificate> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer: this.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - 30 * day),
      notAfter,
      extensions: [
        new BasicConstraintsExtension(false),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        new SubjectAlternativeNameExtension([
          { type: 'ip', value: '127.0.0.1' },
          { type: 'dns', value: 'localhost' },
        ]),
      ],
    });
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
    return { certificate: certificate.toString('pem'), key };
  }
}

/** Files in a folder, as the settings name them. */
export interface CredentialFolder {
  /** Replaces a file by a rename. @returns its path */
  write(name: string, content: string): string;
  /** Writes `<name>.pem` and `<name>.key`. */
  writeCertificate(
    name: string,
    issued: TestCertificate,
  ): { readonly certificate: string; readonly key: string };
}

export function credentialFolder(folder: string): CredentialFolder {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(`${path}.new`, content, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return path;
  };
  return {
    write,
    writeCertificate: (name, { certificate, key }) => ({
      certificate: write(`${name}.pem`, certificate),
      key: write(`${name}.key`, key),
    }),
  };
}
