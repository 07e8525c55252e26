import type { CertificateContents, IssuerIdentity } from '../certificate.js';
import type { CertificateProfile } from '../profile.js';
import type { ParsedCertificate } from './parsed-certificate.js';

/** What a certificate was meant to be. */
export interface Intention {
  readonly profile: CertificateProfile;
  readonly issuer: IssuerIdentity;
  readonly contents: CertificateContents;
  readonly now: Date;
}

/** One thing that must hold for every certificate. */
export interface LintRule {
  /** Whose rule it is, and in short what it asks for. */
  readonly id: string;
  /** Where it is written. */
  readonly source: string;
  /** Whether the certificate keeps it. It is broken, too, where the part it is about cannot be read (FormatError). */
  readonly check: (certificate: ParsedCertificate, intention: Intention) => boolean;
}

/** A rule that a certificate breaks; it says nothing of what the certificate holds, so it may be logged. */
export type LintFinding = Pick<LintRule, 'id' | 'source'>;
