import type { ProblemSlug } from '#libs/contracts';
import { tokenLifetimeSeconds } from '../access/access-tokens.js';
import { describePasswordRules } from '../reading/password-rules.js';
import * as example from './examples.js';

interface AnswerDocument {
  readonly description: string;
  /** By media type; JSON where only a value is given. */
  readonly example?: unknown;
  readonly content?: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>;
  readonly headers?: Readonly<Record<string, { description: string; schema: object }>>;
}

export interface OperationDocument {
  readonly tag: 'Before starting' | 'Reissue' | 'Identity' | 'Password' | 'Terms' | 'Certificate';
  readonly summary: string;
  readonly description?: string;
  readonly request?: unknown;
  readonly answers: Readonly<Record<number, AnswerDocument>>;
  /** Beyond those that every call of its kind may meet. */
  readonly problems: readonly ProblemSlug[];
}

const waiting: AnswerDocument = {
  description:
    'Accepted; it takes longer than the call waits, or an operator has to look. Follow the events, or repeat the call with the same Idempotency-Key for its final answer.',
  example: example.reissues.parked,
};
/** As `waiting`, where the CA is what is waited for. */
const signing: AnswerDocument = { ...waiting, example: example.reissues.issuing };
const reissueAnswers = (
  reissue: unknown,
  description = 'The reissue after the step',
  later = waiting,
): OperationDocument['answers'] => ({
  200: { description, example: reissue },
  202: later,
});

/** What the API document says of each call, beside its schemas. */
export const operations = {
  getKeys: {
    tag: 'Before starting',
    summary: 'Keys to seal secrets to',
    description:
      'Seal with the first key: compact JWE, ECDH-ES+A256KW, A256GCM. The protected header carries `purpose`, `sub` (the reissue id), `client` (as this answer says it), `jkt` (the thumbprint of the key that the start names), `iat` and `jti`, without which the envelope is refused: it opens at no other front end, and for no other key. Take the thumbprint from the key itself, never from an answer. Envelopes older than 15 minutes are refused: take `iat` from the gateway’s time, which the header `Date` of each answer gives, not from the device’s clock.',
    answers: { 200: { description: 'JSON Web Key Set', example: example.sealingKeys } },
    problems: [],
  },
  getTerms: {
    tag: 'Before starting',
    summary: 'Terms in force',
    description: 'A consent names id, version and digest of exactly the text that was shown.',
    answers: { 200: { description: 'Mandatory terms first', example: example.terms } },
    problems: ['invalid-request'],
  },
  getReceiptKeys: {
    tag: 'Before starting',
    summary: 'Keys to verify consent receipts by',
    description:
      'For everybody who is shown a receipt, a compact JWS (EdDSA, `typ: consent-receipt+jwt`). Keys stay published after another one has taken over.',
    answers: { 200: { description: 'JSON Web Key Set', example: example.receiptKeys } },
    problems: [],
  },
  getPasswordRules: {
    tag: 'Before starting',
    summary: 'Rules for a new certificate password',
    answers: { 200: { description: 'As data and in words', example: describePasswordRules() } },
    problems: [],
  },
  startReissue: {
    tag: 'Reissue',
    summary: 'Start a reissue',
    description:
      'The client makes its key pair first and names its thumbprint: the certificate can be issued for that key only. With `methods` the identity challenges are sent at once. Applicants name themselves by mobile number, by resident registration number, or by an identity document; the latter two are sealed, with the Idempotency-Key of this call as `sub` and `keyThumbprint` as `jkt`. Whoever the bank does not know gets the same answers.',
    request: example.startRequest,
    answers: {
      201: {
        description: 'Started. The token opens this reissue and nothing else.',
        headers: { Location: { description: 'Path of the reissue', schema: { type: 'string' } } },
        example: {
          reissue: example.reissues.before,
          challenges: example.challenges,
          accessToken: example.accessToken,
          expiresIn: tokenLifetimeSeconds,
        },
      },
      202: {
        ...waiting,
        example: {
          reissue: example.reissues.parked,
          challenges: [],
          accessToken: example.accessToken,
          expiresIn: tokenLifetimeSeconds,
        },
      },
    },
    problems: [
      'consent-incomplete',
      'envelope-refused',
      'applicant-invalid',
      'method-not-offered',
      'method-locked',
      'wrong-state',
    ],
  },
  getReissue: {
    tag: 'Reissue',
    summary: 'Where a reissue stands',
    description:
      '`next.action` says what to do next. Nothing about the person appears before identity is verified.',
    answers: { 200: { description: 'The reissue', example: example.reissues.password } },
    problems: [],
  },
  followEvents: {
    tag: 'Reissue',
    summary: 'Follow a reissue live',
    description:
      'Server-Sent Events, one for each change of state, from the first or from after `Last-Event-ID` (or `?lastEventId=`). The stream ends with the reissue.',
    answers: {
      200: {
        description: 'Events, and comments in between',
        content: { 'text/event-stream': { schema: { type: 'string' }, example: example.eventStream } },
      },
      204: { description: 'The reissue has ended and everything was told: do not connect again' },
    },
    problems: ['too-many-requests'],
  },
  requestChallenges: {
    tag: 'Identity',
    summary: 'Send identity challenges',
    description: 'Sending again replaces the older challenge of the method and resets no count.',
    request: { methods: ['PHONE_CODE', 'ONE_WON'] },
    answers: {
      200: {
        description: 'Sent',
        example: { reissue: example.reissues.before, challenges: example.challenges },
      },
      202: { ...waiting, example: { reissue: example.reissues.parked, challenges: [] } },
    },
    problems: ['method-not-offered', 'method-locked', 'too-many-sends'],
  },
  uploadPhoto: {
    tag: 'Identity',
    summary: 'Upload a photo of the identity document',
    description:
      'Before a challenge of ID_DOCUMENT is answered: the sealed answer names the photo by its `photoId`. One file, `photo`; whether it is JPEG, PNG or HEIC is told by its content. At least 400 by 250 pixels, at most 50 megapixels. It is decoded and encoded anew: place, time and everything else beside the pixels is gone. At most 10 photos a reissue. What is not accepted is destroyed when the reissue ends.',
    answers: { 201: { description: 'Taken in', example: example.photo } },
    problems: [
      'photo-too-large',
      'not-a-photo',
      'photo-too-small',
      'photo-too-many-pixels',
      'photo-damaged',
      'too-many-photos',
      'method-not-offered',
    ],
  },
  answerChallenges: {
    tag: 'Identity',
    summary: 'Answer identity challenges',
    description: 'A wrong answer is no problem document: `accepted` is false and says why.',
    request: example.verifications,
    answers: {
      200: {
        description: 'Compared',
        example: { reissue: example.reissues.password, results: example.verificationResults },
      },
      202: { ...waiting, example: { reissue: example.reissues.parked, results: [] } },
    },
    problems: [
      'unknown-challenge',
      'unknown-photo',
      'answer-malformed',
      'method-locked',
      'envelope-refused',
      'another-reissue-registered',
    ],
  },
  submitPassword: {
    tag: 'Password',
    summary: 'Submit the certificate password',
    description: 'Five wrong ones lock it, counted across reissues; the way on is the reset.',
    request: { password: example.exampleEnvelope },
    answers: reissueAnswers(example.reissues.consents),
    problems: ['password-wrong', 'password-locked', 'no-password-on-file', 'envelope-refused'],
  },
  resetPassword: {
    tag: 'Password',
    summary: 'Set a new certificate password',
    description: 'Needs two identity methods in all, neither of them the old certificate.',
    request: { newPassword: example.exampleEnvelope },
    answers: reissueAnswers(example.reissues.consents),
    problems: ['password-rules', 'more-identity-needed', 'envelope-refused'],
  },
  giveConsents: {
    tag: 'Terms',
    summary: 'Agree to the terms of issuance',
    request: { consents: example.issuanceConsents },
    answers: reissueAnswers(example.reissues.key),
    problems: ['consent-incomplete'],
  },
  getConsents: {
    tag: 'Terms',
    summary: 'What was said of the terms, with receipts',
    description:
      'All consents of this reissue in the order in which they were recorded, withdrawals included. Keep the receipts: each confirms the consents of one call, and is verified without asking us.',
    answers: { 200: { description: 'Oldest first', example: example.consentsGiven } },
    problems: ['not-found'],
  },
  withdrawConsent: {
    tag: 'Terms',
    summary: 'Withdraw an optional consent',
    description:
      'In any state, also after the end, for as long as the access token lives. Afterwards the bank takes withdrawals by its own channels.',
    request: { termsId: 'marketing-notices' },
    answers: { 200: { description: 'Withdrawn, with a receipt', example: example.withdrawnConsent } },
    problems: ['consent-mandatory', 'consent-not-given', 'not-found', 'unavailable'],
  },
  requestCertificate: {
    tag: 'Certificate',
    summary: 'Request the certificate',
    description: 'A PKCS#10 request for the key named at the start, and the random number R of the VID.',
    request: { csr: example.exampleRequest, vidRandom: example.exampleEnvelope },
    answers: reissueAnswers(example.reissues.issued, 'Issued', signing),
    problems: ['request-refused', 'consent-incomplete', 'envelope-refused'],
  },
  apply: {
    tag: 'Reissue',
    summary: 'Password, consents and certificate request in one call',
    description:
      'Takes the parts in this order, stops at the first that fails and keeps what succeeded. Every part may be left out.',
    request: {
      password: example.exampleEnvelope,
      consents: example.issuanceConsents,
      csr: example.exampleRequest,
      vidRandom: example.exampleEnvelope,
    },
    answers: reissueAnswers(example.reissues.issued, 'The reissue after the last part', signing),
    problems: [
      'password-wrong',
      'password-locked',
      'no-password-on-file',
      'password-rules',
      'more-identity-needed',
      'consent-incomplete',
      'request-refused',
      'envelope-refused',
    ],
  },
  downloadCertificate: {
    tag: 'Certificate',
    summary: 'Download the new certificate',
    answers: {
      200: {
        description:
          'The certificate; in PEM and PKCS #7 followed by issuing CA and root. The zip is the folder in which clients look for joint certificates, `NPKI/<organisation>/USER/<subject>/signCert.der`, with the CAs in `NPKI/<organisation>`; the app puts `signPri.key` beside it',
        content: {
          'application/x-pem-file': { schema: { type: 'string' }, example: example.pemChain },
          'application/pkix-cert': { schema: { type: 'string', contentEncoding: 'binary' } },
          'application/pkcs7-mime': { schema: { type: 'string', contentEncoding: 'binary' } },
          'application/zip': { schema: { type: 'string', contentEncoding: 'binary' } },
        },
        headers: {
          'Content-Disposition': { description: 'Suggests a file name', schema: { type: 'string' } },
        },
      },
    },
    problems: ['not-issued', 'certificate-withdrawn', 'not-acceptable'],
  },
  checkVid: {
    tag: 'Certificate',
    summary: 'Check a number against a certificate',
    description:
      'A holder proves their resident registration number by showing the R that is kept beside their private key: both, hashed, must give the VID in the certificate. Seal both with the Idempotency-Key as `sub`, and without `jkt`. A caller, which is a front end and a network, has ten wrong checks of a certificate a day by default; after them its checks of this certificate are refused until `Retry-After`. All callers together have ten times as many.',
    request: { rrn: example.exampleEnvelope, random: example.exampleEnvelope },
    answers: {
      200: { description: 'Compared', example: example.vidCheck },
    },
    problems: ['not-found', 'envelope-refused', 'certificate-without-vid', 'too-many-wrong-checks'],
  },
  proveRegistration: {
    tag: 'Certificate',
    summary: 'Prove that the new certificate works',
    description:
      'A signature of the new key over the exact bytes of `next.challenge.toSign`. Only now is the old certificate revoked: sign with the copy that the customer kept, read back from where it was saved.',
    request: example.registration,
    answers: reissueAnswers(example.reissues.registered, 'Registered'),
    problems: ['registration-proof-invalid', 'another-reissue-registered'],
  },
  cancel: {
    tag: 'Reissue',
    summary: 'Cancel a reissue',
    description: 'Waits behind a running signature. After the certificate was issued it is withdrawn.',
    request: {},
    answers: reissueAnswers(example.reissues.cancelled, 'Ended'),
    problems: [],
  },
} as const satisfies Record<string, OperationDocument>;

export type OperationId = keyof typeof operations;

const openEverywhere: readonly ProblemSlug[] = ['unavailable', 'internal-error'];
const everywhere: readonly ProblemSlug[] = ['unknown-api-key', ...openEverywhere];
const underReissue: readonly ProblemSlug[] = ['invalid-token', 'not-your-reissue', 'not-found'];
const withBody: readonly ProblemSlug[] = [
  'idempotency-key-required',
  'idempotency-mismatch',
  'malformed-request',
  'body-too-large',
  'unsupported-media-type',
  'invalid-request',
  'too-many-requests',
];
const steps: readonly ProblemSlug[] = ['wrong-state', 'too-many-steps'];

/** What anybody may call, without an API key. */
export const openToAll: readonly OperationId[] = ['getReceiptKeys'];

/** What is no step of the workflow, and possible whatever becomes of the reissue. */
const inAnyState: readonly OperationId[] = ['withdrawConsent'];

/** All problems a call may answer with. */
export function problemsOf(id: OperationId, method: 'get' | 'post', path: string): ProblemSlug[] {
  const ofReissue = path.includes('{id}');
  const step = method === 'post' && ofReissue && !inAnyState.includes(id);
  return [
    ...new Set<ProblemSlug>([
      ...operations[id].problems,
      ...(step ? steps : []),
      ...(step && id !== 'cancel' ? (['parked'] as const) : []),
      ...(method === 'post' ? withBody : []),
      ...(ofReissue ? underReissue : []),
      ...(openToAll.includes(id) ? openEverywhere : everywhere),
    ]),
  ];
}
