import { createHash, X509Certificate } from 'node:crypto';
import { parsePemBundle, nameText, sha256Hex, type DistinguishedName } from '#libs/ca';
import type { NewCertificate } from '#libs/db/certificates';
import { DerReader, FormatError, tags } from '#libs/der';
import { readCertificateFields, readName } from '#libs/npki';
import { UsageError } from '../terminal.js';

const certificatePolicies = '2.5.29.32';

/** An issuing CA of another operator. */
export interface ExternalIssuer {
  /** Its name, as `certificate.issuer` holds it. */
  readonly subject: string;
  readonly certificate: Buffer;
}

/** The columns of a certificate of another CA. */
export type ExternalCertificate = Pick<
  NewCertificate,
  'serial' | 'issuer' | 'policy' | 'subject' | 'spki_sha256' | 'tbs_digest' | 'not_before' | 'not_after'
> & { readonly der: Buffer };

/** The certificate is not accepted. The message quotes nothing from it. */
export class CertificateRefused extends Error {
  override readonly name = 'CertificateRefused';
}

/** The issuing CAs that an import accepts. */
export class ExternalIssuers {
  private readonly issuers: readonly (ExternalIssuer & { readonly parsed: X509Certificate })[];

  /** @param certificates DER */
  constructor(certificates: readonly Buffer[]) {
    const unique = new Map(certificates.map((certificate) => [certificate.toString('base64'), certificate]));
    this.issuers = [...unique.values()].map((certificate) => {
      const parsed = new X509Certificate(certificate);
      return { subject: nameOf(readCertificateFields(certificate).subject), certificate, parsed };
    });
  }

  /** All of them, for the database. */
  get all(): readonly ExternalIssuer[] {
    return this.issuers.map(({ subject, certificate }) => ({ subject, certificate }));
  }

  /**
   * Reads a holder's certificate, and verifies that one of the issuers signed it.
   *
   * @throws {CertificateRefused}
   */
  read(der: Buffer): ExternalCertificate {
    try {
      return this.verified(der, new X509Certificate(der));
    } catch (error) {
      if (error instanceof CertificateRefused) throw error;
      throw new CertificateRefused('is not an X.509 certificate', { cause: error });
    }
  }

  private verified(der: Buffer, certificate: X509Certificate): ExternalCertificate {
    if (certificate.ca) throw new CertificateRefused('is the certificate of a CA');
    const issuer = this.issuers.find(
      ({ parsed }) => certificate.checkIssued(parsed) && certificate.verify(parsed.publicKey),
    );
    if (!issuer) throw new CertificateRefused('was not signed by an issuing CA of --issuers');
    const { subject, publicKey, extensions } = readCertificateFields(der);
    const policy = policyOf(extensions.get(certificatePolicies));
    if (policy === undefined) throw new CertificateRefused('names no certificate policy');
    return {
      serial: certificate.serialNumber.toLowerCase(),
      issuer: issuer.subject,
      policy,
      subject: nameOf(subject),
      spki_sha256: sha256Hex(Buffer.from(publicKey)),
      tbs_digest: createHash('sha256')
        .update(DerReader.ofSingle(der, tags.sequence).whole(tags.sequence))
        .digest('hex'),
      not_before: certificate.validFromDate,
      not_after: certificate.validToDate,
      der,
    };
  }
}

/** The issuing CAs in a PEM file. @throws {UsageError} if it holds none, or something else */
export function issuersOfPem(pem: string): Buffer[] {
  try {
    const certificates = parsePemBundle(pem);
    if (certificates.length > 0 && certificates.every((der) => new X509Certificate(der).ca))
      return certificates;
  } catch (error) {
    if (!(error instanceof FormatError))
      throw new UsageError('--issuers holds a certificate that cannot be read');
  }
  throw new UsageError('--issuers must be a PEM file with the certificates of issuing CAs');
}

/** A name as text. A type without a short name is written as its object identifier. */
const nameOf = (name: Uint8Array): string => nameText(readName(name) as unknown as DistinguishedName);

function policyOf(extension: Uint8Array | undefined): string | undefined {
  if (!extension) return undefined;
  const policies = DerReader.ofSingle(extension, tags.sequence);
  return policies.done ? undefined : policies.inside(tags.sequence).objectIdentifier();
}
