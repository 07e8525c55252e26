import type { Finding } from './linters.js';

/** A finding that is accepted, with the reason. */
export interface AcceptedFinding extends Pick<Finding, 'linter' | 'id'> {
  /** Beginning of the names of the subjects for which the finding is accepted. */
  readonly of: string;
  readonly why: string;
}

/**
 * Sources of zlint's rules for certificates of web servers, mail and signed code, as browsers and mail programs require
 * them: for example a DNS name in the subject, no personal names, and at most 200 days. The certificates here are for
 * none of these purposes.
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
      'Names in NPKI end in c=kr, in lower case, and some software compares them as text. ' +
      'Other software ignores the case, as RFC 5280 section 7.1 requires, and finds the same country.',
  })),
  {
    linter: 'pkilint',
    id: 'pkix.subject_key_identifier_method_1_identified',
    of: '',
    why: 'No fault: it states that the key identifier is that of the first method of RFC 5280 section 4.2.1.2.',
  },
  {
    linter: 'pkilint',
    id: 'pkix.certificate_has_no_certificate_policies_extension',
    of: 'responder/',
    why: 'An observation. Policies are optional (RFC 5280 section 4.2.1.4), and no relying party needs the policy of a status response.',
  },
];
