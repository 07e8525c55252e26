import {
  applicationRequestSchema,
  certificateRequestSchema,
  challengesRequestSchema,
  challengesResponseSchema,
  consentsRequestSchema,
  passwordRequestSchema,
  passwordResetRequestSchema,
  registrationRequestSchema,
  reissueSchema,
  verificationsRequestSchema,
  verificationsResponseSchema,
} from '#libs/contracts';
import type { StepMessage } from '#libs/domain';
import { z } from 'zod';
import type { EndpointDocument, ResponseDocument } from '../openapi/endpoint-document.js';
import * as example from '../openapi/examples.js';
import type { StepDraft } from './step-draft.js';
import { stepMessages } from './step-messages.js';
import type { ShownOutcome } from './step-responses.js';

/** The body of a response: its schema, and the function that makes it from a step's outcome. */
interface StepResponse {
  readonly schema: z.ZodType;
  readonly bodyOf: (outcome: ShownOutcome) => object;
}

const reissueResponse: StepResponse = { schema: reissueSchema, bodyOf: ({ reissue }) => reissue };
const challengesResponse: StepResponse = {
  schema: challengesResponseSchema,
  bodyOf: ({ reissue, challenges = [] }) => ({ reissue, challenges }),
};
const verificationsResponse: StepResponse = {
  schema: verificationsResponseSchema,
  bodyOf: ({ reissue, results = [] }) => ({ reissue, results }),
};

/** A call that a client can make on a running reissue. */
interface Step<Body extends z.ZodType> {
  /** Below the path of the reissue. */
  readonly path: string;
  readonly body: Body;
  readonly response: StepResponse;
  /** The message to the workflow. */
  readonly message: (draft: StepDraft, body: z.output<Body>) => StepMessage;
  readonly document: EndpointDocument;
}

const step = <Body extends z.ZodType>(definition: Step<Body>): Step<Body> => definition;

/** 202 of a step. */
export const accepted: ResponseDocument = {
  description:
    'Accepted. The step takes longer than this call waits, or an operator has to look at it. Follow the events, or repeat the call with the same Idempotency-Key to get its final answer.',
  example: example.reissues.parked,
};
/** As `accepted`, while the CA signs. */
const signing: ResponseDocument = { ...accepted, example: example.reissues.issuing };

const reissueResponses = (
  reissue: unknown,
  description = 'The reissue after the step',
  later = accepted,
): EndpointDocument['responses'] => ({ 200: { description, example: reissue }, 202: later });

/** The steps of a reissue after its start, in the order of the API document. */
export const steps = {
  requestChallenges: step({
    path: 'identity/challenges',
    body: challengesRequestSchema,
    response: challengesResponse,
    message: stepMessages.requestChallenges,
    document: {
      tag: 'Identity',
      summary: 'Send identity challenges',
      description:
        'A new challenge of a method replaces the older one. The counts of attempts and of sent codes continue.',
      request: { methods: ['PHONE_CODE', 'ONE_WON'] },
      responses: {
        200: {
          description: 'The challenges were sent',
          example: { reissue: example.reissues.before, challenges: example.challenges },
        },
        202: { ...accepted, example: { reissue: example.reissues.parked, challenges: [] } },
      },
      problems: ['method-not-offered', 'method-locked', 'too-many-sends'],
    },
  }),
  answerChallenges: step({
    path: 'identity/verifications',
    body: verificationsRequestSchema,
    response: verificationsResponse,
    message: stepMessages.answerChallenges,
    document: {
      tag: 'Identity',
      summary: 'Answer identity challenges',
      description:
        'A wrong answer is not a problem document: its result has `accepted: false` and a `reason`.',
      request: example.verifications,
      responses: {
        200: {
          description: 'The answers were checked',
          example: { reissue: example.reissues.password, results: example.verificationResults },
        },
        202: { ...accepted, example: { reissue: example.reissues.parked, results: [] } },
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
  }),
  submitPassword: step({
    path: 'password',
    body: passwordRequestSchema,
    response: reissueResponse,
    message: stepMessages.submitPassword,
    document: {
      tag: 'Password',
      summary: 'Submit the certificate password',
      description:
        'Five wrong passwords lock it. They are counted across all reissues of the customer. A locked password can be reset.',
      request: { password: example.exampleEnvelope },
      responses: reissueResponses(example.reissues.consents),
      problems: ['password-wrong', 'password-locked', 'no-password-on-file', 'envelope-refused'],
    },
  }),
  resetPassword: step({
    path: 'password/reset',
    body: passwordResetRequestSchema,
    response: reissueResponse,
    message: stepMessages.resetPassword,
    document: {
      tag: 'Password',
      summary: 'Set a new certificate password',
      description: 'Needs two verified identity methods. The old certificate does not count as one of them.',
      request: { newPassword: example.exampleEnvelope },
      responses: reissueResponses(example.reissues.consents),
      problems: ['password-rules', 'more-identity-needed', 'envelope-refused'],
    },
  }),
  giveConsents: step({
    path: 'consents',
    body: consentsRequestSchema,
    response: reissueResponse,
    message: stepMessages.giveConsents,
    document: {
      tag: 'Terms',
      summary: 'Agree to the terms of issuance',
      request: { consents: example.issuanceConsents },
      responses: reissueResponses(example.reissues.key),
      problems: ['consent-incomplete'],
    },
  }),
  requestCertificate: step({
    path: 'certificate',
    body: certificateRequestSchema,
    response: reissueResponse,
    message: stepMessages.requestCertificate,
    document: {
      tag: 'Certificate',
      summary: 'Request the certificate',
      description: 'A PKCS#10 request for the key named at the start, and the random number R of the VID.',
      request: { csr: example.exampleRequest, vidRandom: example.exampleEnvelope },
      responses: reissueResponses(example.reissues.issued, 'The certificate was issued', signing),
      problems: ['request-refused', 'more-identity-needed', 'consent-incomplete', 'envelope-refused'],
    },
  }),
  apply: step({
    path: 'application',
    body: applicationRequestSchema,
    response: reissueResponse,
    message: stepMessages.apply,
    document: {
      tag: 'Reissue',
      summary: 'Send password, consents and certificate request in one call',
      description:
        'The parts are handled in this order, up to the first that fails; those that succeeded stay in force. Each part is optional.',
      request: {
        password: example.exampleEnvelope,
        consents: example.issuanceConsents,
        csr: example.exampleRequest,
        vidRandom: example.exampleEnvelope,
      },
      responses: reissueResponses(example.reissues.issued, 'The reissue after the last part', signing),
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
  }),
  proveRegistration: step({
    path: 'registration',
    body: registrationRequestSchema,
    response: reissueResponse,
    message: stepMessages.proveRegistration,
    document: {
      tag: 'Certificate',
      summary: 'Prove that the new certificate works',
      description:
        'Send a signature by the new key over the exact bytes of `next.challenge.toSign`. Only then is the old certificate revoked: read the saved certificate back from its file, and sign with that copy.',
      request: example.registration,
      responses: reissueResponses(example.reissues.registered, 'The certificate is registered'),
      problems: ['registration-proof-invalid', 'another-reissue-registered'],
    },
  }),
  cancel: step({
    path: 'cancel',
    body: z.strictObject({}).default({}),
    response: reissueResponse,
    message: stepMessages.cancel,
    document: {
      tag: 'Reissue',
      summary: 'Cancel a reissue',
      description:
        'While the CA signs, the call waits for the signature. A certificate that was issued already is withdrawn.',
      request: {},
      responses: reissueResponses(example.reissues.cancelled, 'The reissue has ended'),
      problems: [],
    },
  }),
} satisfies { readonly [Kind in StepMessage['kind']]: unknown };

export type StepKind = keyof typeof steps;
export type StepBody<Kind extends StepKind> = z.output<(typeof steps)[Kind]['body']>;
/** The route of a step, from which the ids of its calls are made. */
export const stepRoute = (kind: StepKind): string => `/v1/reissues/{id}/${steps[kind].path}`;
export const stepKinds = Object.keys(steps) as StepKind[];

/** The texts of each step in the API document. */
export const stepDocuments = Object.fromEntries(
  stepKinds.map((kind) => [kind, steps[kind].document]),
) as unknown as Readonly<Record<StepKind, EndpointDocument>>;
