import type { CertificateContents, IssuerIdentity } from '../certificate.js';
import type { CertificateProfile } from '../profile.js';
import type { ParsedCertificate } from './parsed-certificate.js';

/** The intended content of a certificate. */
export interface Intention {
  readonly profile: CertificateProfile;
  readonly issuer: IssuerIdentity;
  readonly contents: CertificateContents;
  readonly now: Date;
}

/** A rule that every certificate must satisfy. */
export interface LintRule {
  /** The rule's origin and its requirement in short. */
  readonly id: string;
  /** The standard and section. */
  readonly source: string;
  /** Whether the certificate satisfies the rule. A FormatError, for a part that cannot be parsed, also breaks the rule. */
  readonly check: (certificate: ParsedCertificate, intention: Intention) => boolean;
}

/** A rule that a certificate breaks. It contains no data of the certificate, so it can be logged. */
export type LintFinding = Pick<LintRule, 'id' | 'source'>;
