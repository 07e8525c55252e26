import type { RefusalCode } from '#libs/domain';
import type { VerificationResult } from './calls.js';
import type { Challenge } from './challenge.js';
import type { ProblemSlug } from './problems.js';
import type { Reissue } from './reissue.js';

/** The recorded outcome of a step, from which its call is answered each time it is repeated. */
export type StepOutcome = {
  readonly reissue: Reissue;
  readonly challenges?: readonly Challenge[];
  readonly results?: readonly VerificationResult[];
} & (
  | { readonly status: 'DONE' }
  | {
      readonly status: 'REFUSED';
      readonly code: RefusalCode;
      /** A finer code, such as why a certificate request was refused. */
      readonly reason?: string;
      /** `code` is set if there is a text in both languages. */
      readonly errors?: readonly {
        readonly pointer: string;
        readonly message: string;
        readonly code?: string;
      }[];
    }
);

/** The problem that a client gets for a refusal. */
export function problemOfRefusal(code: RefusalCode): ProblemSlug {
  return refusalProblems[code];
}

const refusalProblems: Readonly<Record<RefusalCode, ProblemSlug>> = {
  WRONG_STATE: 'wrong-state',
  PARKED: 'parked',
  NOT_PARKED: 'wrong-state',
  OPERATION_REQUIRED: 'wrong-state',
  TOO_MANY_STEPS: 'too-many-steps',
  METHOD_NOT_OFFERED: 'method-not-offered',
  METHOD_LOCKED: 'method-locked',
  TOO_MANY_SENDS: 'too-many-sends',
  UNKNOWN_CHALLENGE: 'unknown-challenge',
  UNKNOWN_PHOTO: 'unknown-photo',
  ANSWER_MALFORMED: 'answer-malformed',
  TOO_FREQUENT: 'too-many-requests',
  ENVELOPE_REFUSED: 'envelope-refused',
  APPLICANT_INVALID: 'applicant-invalid',
  PASSWORD_WRONG: 'password-wrong',
  PASSWORD_LOCKED: 'password-locked',
  PASSWORD_RULES: 'password-rules',
  NO_PASSWORD_ON_FILE: 'no-password-on-file',
  MORE_IDENTITY_NEEDED: 'more-identity-needed',
  CONSENT_INCOMPLETE: 'consent-incomplete',
  REQUEST_REFUSED: 'request-refused',
  REGISTRATION_PROOF_INVALID: 'registration-proof-invalid',
  ANOTHER_REISSUE_REGISTERED: 'another-reissue-registered',
  STOP_LINK_REFUSED: 'stop-link-refused',
  IDEMPOTENCY_MISMATCH: 'idempotency-mismatch',
};
