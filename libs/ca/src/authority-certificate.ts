import type { KeyObject } from 'node:crypto';
import { algorithmIdentifier, assembleCertificate, keyIdentifier } from './certificate.js';
import { bufferDer as der } from './der.js';
import { encodeName } from './distinguished-name.js';
import type { KeyStore } from './key-store.js';
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  keyIdentifierOf,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
} from './peculiar.js';
import { statusAddresses } from './status-addresses.js';
import { newSerialNumber } from './serial-number.js';
import { endOfKoreanDay, wholeSeconds } from './validity.js';

const rootYears = 20;
const issuingYears = 10;
/** Short, because the certificate cannot be revoked (`id-pkix-ocsp-nocheck`, RFC 6960 section 4.2.2.2.1). */
const responderDays = 90;

const anyPolicy = '2.5.29.32.0';
const ocspSigning = '1.3.6.1.5.5.7.3.9';
const ocspNoCheck = '1.3.6.1.5.5.7.48.1.5';
const derNull = Buffer.from([0x05, 0x00]);

/** Certificate and key of a CA that certifies another CA or an OCSP responder. */
export interface Certifier {
  readonly certificate: X509Certificate;
  readonly keyStore: KeyStore;
}

/** DER of a self-signed root certificate for twenty years. */
export async function rootCertificate(keyStore: KeyStore, organisation: string, now: Date): Promise<Buffer> {
  const name = authorityName(`${organisation} Root CA`, organisation);
  return signed(keyStore, {
    issuer: name,
    subject: name,
    publicKey: keyStore.publicKey(),
    notBefore: now,
    notAfter: endOfKoreanDay(now, rootYears),
    extensions: [new BasicConstraintsExtension(true, undefined, true), caUsage()],
  });
}

interface IssuingContents {
  readonly publicKey: KeyObject;
  readonly generation: number;
  readonly now: Date;
  /** Address of the status app, which serves the root's certificate and CRL. */
  readonly statusUrl: string;
}

/**
 * DER of an issuing CA that may certify end entities only, for ten years or until the root expires. It contains the
 * addresses of the root's CRL and certificate: a relying party that checks the whole chain needs the CA's status.
 */
export async function issuingCertificate(
  root: Certifier,
  { publicKey, generation, now, statusUrl }: IssuingContents,
): Promise<Buffer> {
  const organisation = organisationOf(root.certificate);
  const addresses = statusAddresses(statusUrl, keyIdentifierOf(root.certificate));
  return signed(root.keyStore, {
    issuer: Buffer.from(root.certificate.subjectName.toArrayBuffer()),
    subject: authorityName(issuingCommonName(organisation, generation), organisation),
    publicKey,
    notBefore: now,
    notAfter: earlier(endOfKoreanDay(now, issuingYears), root.certificate.notAfter),
    extensions: [
      authorityKey(root),
      new BasicConstraintsExtension(true, 0, true),
      caUsage(),
      new CertificatePolicyExtension([anyPolicy]),
      new CRLDistributionPointsExtension([addresses.rootCrl]),
      new AuthorityInfoAccessExtension({ caIssuers: addresses.issuerCertificate }),
    ],
  });
}

/** DER of a delegated OCSP responder (RFC 6960 section 4.2.2.2) of an issuing CA, for ninety days. */
export async function responderCertificate(
  issuing: Certifier,
  { publicKey, now }: { publicKey: KeyObject; now: Date },
): Promise<Buffer> {
  const organisation = organisationOf(issuing.certificate);
  const [commonName = ''] = issuing.certificate.subjectName.getField('CN');
  return signed(issuing.keyStore, {
    issuer: Buffer.from(issuing.certificate.subjectName.toArrayBuffer()),
    subject: authorityName(`${commonName} OCSP`, organisation),
    publicKey,
    notBefore: now,
    notAfter: earlier(
      new Date(wholeSeconds(now).getTime() + responderDays * 86_400_000),
      issuing.certificate.notAfter,
    ),
    extensions: [
      authorityKey(issuing),
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ocspSigning]),
      new Extension(ocspNoCheck, false, derNull),
    ],
  });
}

const organisationOf = (certificate: X509Certificate) => certificate.subjectName.getField('O')[0] ?? '';

/** Each generation has its own name, so that an issuer's name identifies one key. */
const issuingCommonName = (organisation: string, generation: number) =>
  `${organisation} Issuing CA${generation === 1 ? '' : ` ${generation}`}`;

const authorityName = (commonName: string, organisation: string) =>
  encodeName([
    { type: 'cn', value: commonName },
    { type: 'o', value: organisation },
    { type: 'c', value: 'kr' },
  ]);

const caUsage = () => new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true);

const earlier = (a: Date, b: Date) => (a < b ? a : b);

function authorityKey({ certificate }: Certifier): Extension {
  return new AuthorityKeyIdentifierExtension(keyIdentifierOf(certificate));
}

interface Contents {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
}

/** Builds a certificate and signs it with the key store, because the key may be in a token. */
async function signed(keyStore: KeyStore, contents: Contents): Promise<Buffer> {
  const { algorithm } = keyStore.info();
  const spki = contents.publicKey.export({ format: 'der', type: 'spki' });
  const ownKey = new SubjectKeyIdentifierExtension(keyIdentifier(spki).toString('hex'));
  const extensions = [ownKey, ...contents.extensions].map(({ rawData }) => Buffer.from(rawData));
  const tbs = der.sequence(
    der.explicit(0, der.unsignedInteger(Buffer.from([2]))),
    der.unsignedInteger(Buffer.from(newSerialNumber(), 'hex')),
    algorithmIdentifier(algorithm),
    contents.issuer,
    der.sequence(der.time(wholeSeconds(contents.notBefore)), der.time(contents.notAfter)),
    contents.subject,
    spki,
    der.explicit(3, der.sequence(...extensions)),
  );
  return assembleCertificate(tbs, algorithm, await keyStore.sign(tbs));
}
