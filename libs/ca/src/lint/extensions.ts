import type { DerReader } from '../der-reader.js';
import type { ParsedCertificate } from './parsed-certificate.js';
import type { Intention, LintRule } from './rule.js';

/** The extensions of a certificate by the NPKI profile. */
export const extensionTypes = {
  authorityKeyIdentifier: '2.5.29.35',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  certificatePolicies: '2.5.29.32',
  subjectAltName: '2.5.29.17',
  crlDistributionPoints: '2.5.29.31',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;

/**
 * A check of what is in the value of one extension. Where there is no such extension it holds: that they are all
 * there is a rule of its own.
 *
 * @param read reads the value; it throws DerError where that is not what it should be
 */
export function inExtension<T>(
  name: keyof typeof extensionTypes,
  read: (value: DerReader) => T,
  check: (found: T, intention: Intention, certificate: ParsedCertificate) => boolean,
): LintRule['check'] {
  const wanted = extensionTypes[name];
  return (certificate, intention) => {
    const extension = certificate.extensions.find(({ type }) => type === wanted);
    return !extension || check(extension.find(read), intention, certificate);
  };
}
