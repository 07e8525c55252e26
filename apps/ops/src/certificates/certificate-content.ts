import { createHash, X509Certificate } from 'node:crypto';
import type { CertificateFile } from '#libs/db/certificates';
import type { CrlRow } from '#libs/db/crls';
import { pemOf as pemBlock } from '#libs/der';
import { z } from 'zod';
import { ocspAnswerSchema } from './ocsp-answer.js';

const timestamp = z.iso.datetime();

export const contentSchema = z
  .object({
    sha256: z.string().describe('SHA-256 of the certificate, hexadecimal'),
    key: z
      .string()
      .describe('Algorithm of the public key with curve or length, e.g. `EC prime256v1`, `RSA 2048`'),
    keySha256: z.string().describe('SHA-256 of the SubjectPublicKeyInfo, hexadecimal'),
    profileDigest: z
      .string()
      .describe('Digest of the profile by which the certificate was linted before it was signed'),
    chain: z.array(z.object({ subject: z.string(), notAfter: timestamp })).describe('Issuing CA, then root'),
  })
  .meta({ id: 'CertificateContent' });

export const publishedSchema = z
  .object({
    ocsp: ocspAnswerSchema.describe('What the OCSP responder has just answered'),
    crl: z
      .object({ number: z.string(), thisUpdate: timestamp, nextUpdate: timestamp })
      .nullable()
      .describe('The current CRL of its shard; null if none was published yet'),
  })
  .meta({ id: 'PublishedStatus' });

/** What is in a certificate, without what names its holder; null if it cannot be parsed. */
export function contentOf({
  der,
  keySha256,
  profileDigest,
  chain,
}: CertificateFile): z.output<typeof contentSchema> | null {
  const certificate = parsed(der);
  if (!certificate) return null;
  const { asymmetricKeyType, asymmetricKeyDetails: { namedCurve, modulusLength } = {} } =
    certificate.publicKey;
  return {
    sha256: createHash('sha256').update(der).digest('hex'),
    key: [asymmetricKeyType?.toUpperCase(), namedCurve ?? modulusLength].filter(Boolean).join(' '),
    ...{ keySha256, profileDigest },
    chain: chain.map((issuer) => {
      const { subject, validToDate } = new X509Certificate(issuer);
      return { subject: subject.replaceAll('\n', ', '), notAfter: validToDate.toISOString() };
    }),
  };
}

function parsed(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

export const publishedOf = (
  ocsp: z.output<typeof ocspAnswerSchema>,
  crl: CrlRow | undefined,
): z.output<typeof publishedSchema> => ({
  ocsp,
  crl: crl
    ? {
        number: crl.number,
        thisUpdate: crl.this_update.toISOString(),
        nextUpdate: crl.next_update.toISOString(),
      }
    : null,
});

/** The certificate and its chain as PEM (RFC 7468), the certificate first. */
export const pemOf = ({ der, chain }: CertificateFile): string =>
  [der, ...chain].map((one) => pemBlock(one)).join('');
