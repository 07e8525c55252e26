import { DerReader } from '../der-reader.js';
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
 * A check of the value of one extension, which must be read to its end. Where there is no such extension it holds:
 * that they are all there is a rule of its own.
 */
export function inExtension(
  name: keyof typeof extensionTypes,
  check: (value: DerReader, certificate: ParsedCertificate, intention: Intention) => boolean,
): LintRule['check'] {
  return (certificate, intention) => {
    const extension = certificate.extensions.find(({ type }) => type === extensionTypes[name]);
    if (!extension) return true;
    const reader = new DerReader(extension.value);
    const holds = check(reader, certificate, intention);
    reader.end();
    return holds;
  };
}
