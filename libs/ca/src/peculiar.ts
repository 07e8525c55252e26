// @peculiar/x509 finds its implementations by decorator metadata, so that reflect-metadata must be loaded first.
import 'reflect-metadata';

import { SubjectKeyIdentifierExtension, X509Certificate } from '@peculiar/x509';
import { KeyStoreError } from './key-store.js';

export {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  Pkcs10CertificateRequest,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509Crl,
} from '@peculiar/x509';

/** Subject key identifier of a CA, in hexadecimal. @throws {KeyStoreError} if the certificate has none */
export function keyIdentifierOf(certificate: X509Certificate): string {
  const keyId = certificate.getExtension(SubjectKeyIdentifierExtension)?.keyId;
  if (!keyId) throw new KeyStoreError('the certificate of the CA has no subject key identifier');
  return keyId;
}

/** Subject key identifier of a CA's certificate, in hexadecimal. @param certificate DER */
export const certificateKeyId = (certificate: Uint8Array): string =>
  keyIdentifierOf(new X509Certificate(certificate));

/** Serial number of a certificate, in hexadecimal. @param certificate DER */
export const certificateSerial = (certificate: Uint8Array): string =>
  new X509Certificate(certificate).serialNumber;
