// @peculiar/x509 needs the polyfill for decorator metadata, which must be loaded first.
import 'reflect-metadata';
import { randomBytes, randomInt, randomUUID, type webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  PemConverter,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const newKeys = () => crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);

/** A fictional customer as a bank's file holds them. All values are texts, as in CSV. */
export type BankCustomer = Record<
  'customerId' | 'ci' | 'name' | 'mobile' | 'bankCode' | 'accountNumber' | 'rrn' | 'passwordVerifier',
  string
> & { certificate?: string; passwordSetAt?: string; email?: string; carrier?: string };

/** Numbers at random would not all be different. */
let made = randomInt(1_000_000);

/** A customer with a number of the 1890s, which no living person has. */
export function bankCustomer(changes: Partial<BankCustomer> = {}): BankCustomer {
  made = (made + 1) % 1_000_000;
  const digits = (count: number) => String(randomInt(10 ** count)).padStart(count, '0');
  return {
    customerId: `K-${randomUUID()}`,
    ci: randomBytes(64).toString('base64'),
    name: '홍가상',
    mobile: `0109${digits(7)}`,
    bankCode: '999',
    accountNumber: `110${digits(9)}`,
    rrn: `9906019${String(made).padStart(6, '0')}`,
    passwordVerifier: `$argon2id$v=19$m=8,t=1,p=1$${'c2FsdHNhbHRzYWx0'}$${randomBytes(24).toString('base64url').replaceAll(/[-_]/g, 'a')}`,
    ...changes,
  };
}

export const jsonLines = (customers: readonly object[]): string =>
  customers.map((each) => `${JSON.stringify(each)}\n`).join('');

/** The CA of another operator, whose certificates customers bring along. */
export class OtherAuthority {
  private constructor(
    private readonly certificate: X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  static async create(name = 'C=kr, O=former-test, CN=Fictional Former CA'): Promise<OtherAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...{ name, keys, signingAlgorithm: algorithm, serialNumber: '01' },
      ...{ notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2040-01-01T00:00:00Z') },
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    return new OtherAuthority(certificate, keys);
  }

  get pem(): string {
    return PemConverter.encode(this.certificate.rawData, 'CERTIFICATE');
  }

  /** A holder's certificate in base64. */
  async issue({
    notAfter,
    notBefore = new Date('2026-01-01T00:00:00Z'),
    policy = '1.2.410.200005.1.1.4',
    name = '홍가상',
    keys,
  }: {
    readonly notAfter: Date;
    readonly notBefore?: Date;
    readonly policy?: string;
    readonly name?: string;
    readonly keys?: webcrypto.CryptoKeyPair;
  }): Promise<string> {
    const { publicKey } = keys ?? (await newKeys());
    const certificate = await X509CertificateGenerator.create({
      ...{ notBefore, notAfter, publicKey, signingAlgorithm: algorithm, signingKey: this.keys.privateKey },
      serialNumber: randomBytes(8)
        .toString('hex')
        .replace(/^[89a-f]/, '1'),
      issuer: this.certificate.subject,
      subject: `C=kr, O=former-test, OU=personal4IB, OU=FORMER, CN=${name}()099904420260101123456789`,
      extensions: [new CertificatePolicyExtension([policy])],
    });
    return Buffer.from(certificate.rawData).toString('base64');
  }
}
