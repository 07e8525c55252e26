import 'reflect-metadata';
import { webcrypto, type KeyObject } from 'node:crypto';
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  CertificatePolicyExtension,
  CRLDistributionPointsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import {
  buildCertificate,
  crlShardOf,
  encodeName,
  signCertificate,
  statusAddresses,
  type CertificateContents,
} from '#libs/ca';
import type { BenchAuthority } from './bench-authority.js';

/** Makes the certificates of the template with a general library, for comparison. */
export async function peculiarGenerator(
  { authority, profile }: Pick<BenchAuthority, 'authority' | 'profile'>,
  key: KeyObject,
  contents: () => CertificateContents,
): Promise<() => Promise<void>> {
  const { identity } = authority;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  const addresses = statusAddresses(profile.statusUrl, identity.keyId);

  const example = contents();
  const publicKey = await webcrypto.subtle.importKey('spki', example.spki, algorithm, true, ['verify']);
  // The library cannot encode identifyData, so this extension is copied.
  const made = await signCertificate(authority, buildCertificate(profile, identity, example));
  const alternativeName = new X509Certificate(made).getExtension('2.5.29.17')!.value;

  return async () => {
    const { serial, subject, validity } = contents();
    await X509CertificateGenerator.create({
      serialNumber: serial,
      issuer: new Name(identity.name),
      subject: new Name(encodeName(subject)),
      ...validity,
      publicKey,
      signingKey,
      signingAlgorithm: algorithm,
      extensions: [
        new AuthorityKeyIdentifierExtension(identity.keyId),
        await SubjectKeyIdentifierExtension.create(publicKey),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, true),
        new CertificatePolicyExtension([profile.policy]),
        new Extension('2.5.29.17', false, alternativeName),
        new CRLDistributionPointsExtension([addresses.crl(crlShardOf(serial, profile.crlShards))]),
        new AuthorityInfoAccessExtension({ ocsp: addresses.ocsp, caIssuers: addresses.issuerCertificate }),
      ],
    });
  };
}
