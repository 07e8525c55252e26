import type { Finding } from './linters.js';

/** A finding that stands, and why. */
export interface AcceptedFinding extends Pick<Finding, 'linter' | 'id'> {
  /** Beginning of the names of the subjects it is accepted for. */
  readonly of: string;
  readonly why: string;
}

/**
 * Sources of zlint's rules that say what browsers and mail programs want of certificates for web servers, mail and
 * signed code, such as a DNS name in the subject, no personal names and 200 days at most. Ours are none of these.
 */
export const sourcesLeftOut = [
  'CABF_BR',
  'CABF_CS_BR',
  'CABF_EV',
  'CABF_SMIME_BR',
  'Mozilla',
  'Apple',
  'Chrome',
] as const;

export const acceptedFindings: readonly AcceptedFinding[] = [
  ...['root', 'issuing/', 'responder/', 'person/'].map((of): AcceptedFinding => ({
    linter: 'zlint',
    id: 'e_subj_country_not_uppercase',
    of,
    why:
      'Names in NPKI end in c=kr, in small letters, and some software that relies on them compares them as text. ' +
      'For all others it is the same country: RFC 5280 section 7.1 has them compared without regard to case.',
  })),
  {
    linter: 'pkilint',
    id: 'pkix.subject_key_identifier_method_1_identified',
    of: '',
    why: 'Praise, not blame: it knows again the first method of RFC 5280 section 4.2.1.2.',
  },
  {
    linter: 'pkilint',
    id: 'pkix.certificate_has_no_certificate_policies_extension',
    of: 'responder/',
    why: 'An observation. Policies are optional (RFC 5280 section 4.2.1.4), and no relying party needs the policy of a status response.',
  },
];
