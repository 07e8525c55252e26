import type { ProblemSlug } from '#libs/contracts';
import { tokenLifetimeSeconds } from '../access/access-tokens.js';
import { accepted, stepDocuments } from '../calls/steps.js';
import { describePasswordRules } from '../reference-data/password-rules.js';
import type { EndpointDocument } from './endpoint-document.js';
import * as example from './examples.js';

/** A file. Generators of clients know `format`, which is not part of JSON Schema. */
const file = { type: 'string', format: 'binary', contentEncoding: 'binary' };

/** The texts of each endpoint in the API document, by `operationId`. */
export const endpoints = {
  ...stepDocuments,
  getKeys: {
    tag: 'Before starting',
    summary: 'List the public keys for sealing secrets',
    description:
      'Seal with the first key: compact JWE, ECDH-ES+A256KW, A256GCM. The protected header has to carry `purpose`, `sub` (the reissue id), `client` (as in this response), `jkt` (the thumbprint of the key named at the start), `iat` and `jti`; an envelope without them is refused. They bind the envelope to one front end and one key. Compute the thumbprint from the key itself, never take it from a response. Envelopes older than 15 minutes are refused: take `iat` from the gateway’s time, which the header `Date` of each response gives, not from the device’s clock.',
    responses: { 200: { description: 'JSON Web Key Set', example: example.sealingKeys } },
    problems: [],
  },
  getCertificateProfile: {
    tag: 'Before starting',
    summary: 'Get the profile of new certificates',
    description:
      'Make a key of the first type. Much Korean software opens RSA keys only, so the shipped profiles prefer RSA-2048.',
    responses: {
      200: { description: 'The preferred key type first', example: { keyTypes: ['RSA-2048', 'EC-P256'] } },
    },
    problems: [],
  },
  getTerms: {
    tag: 'Before starting',
    summary: 'List the terms in force',
    description: 'A consent names the id, version and digest of exactly the text that was shown.',
    responses: { 200: { description: 'Mandatory terms first', example: example.terms } },
    problems: ['invalid-request'],
  },
  getReceiptKeys: {
    tag: 'Before starting',
    summary: 'List the keys that verify consent receipts',
    description:
      'For anyone who has to verify a receipt; needs no API key. A receipt is a compact JWS (EdDSA, `typ: consent-receipt+jwt`). A key stays published after a newer one has replaced it.',
    responses: { 200: { description: 'JSON Web Key Set', example: example.receiptKeys } },
    problems: [],
  },
  getPasswordRules: {
    tag: 'Before starting',
    summary: 'Get the rules for a new certificate password',
    responses: {
      200: { description: 'The rules as data and as text', example: describePasswordRules() },
    },
    problems: [],
  },
  startReissue: {
    tag: 'Reissue',
    summary: 'Start a reissue',
    description:
      'The client first makes its key pair and sends the thumbprint of the public key: the certificate can be issued for that key only. With `methods` the identity challenges are sent at once. An applicant is identified by mobile number, resident registration number or identity document; the latter two are sealed, with the Idempotency-Key of this call as `sub` and `keyThumbprint` as `jkt`. A person who is not a customer of the bank gets the same responses as a customer.',
    request: example.startRequest,
    responses: {
      201: {
        description: 'Started. The access token is valid for this reissue only.',
        headers: { Location: { description: 'Path of the reissue', schema: { type: 'string' } } },
        example: {
          reissue: example.reissues.before,
          challenges: example.challenges,
          accessToken: example.accessToken,
          expiresIn: tokenLifetimeSeconds,
        },
      },
      202: {
        ...accepted,
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
    summary: 'Get the current state of a reissue',
    description:
      '`next.action` names the next step. While identity is verified, `challenges` has the challenges that wait for an answer, so that an app that was closed, or whose code was sent later, asks for that code. The response contains nothing about the person until their identity is verified.',
    responses: {
      200: {
        description: 'The reissue',
        example: { ...example.reissues.before, challenges: example.challenges },
      },
    },
    problems: [],
  },
  followEvents: {
    tag: 'Reissue',
    summary: 'Follow the events of a reissue',
    description:
      'Server-Sent Events, one for each change of state: all of them, or those after `Last-Event-ID` (or `?lastEventId=`). The stream ends when the reissue ends.',
    responses: {
      200: {
        description: 'Events, with comments between them that keep the connection open',
        content: { 'text/event-stream': { schema: { type: 'string' }, example: example.eventStream } },
      },
      204: { description: 'The reissue has ended and there are no further events: do not connect again' },
    },
    problems: ['too-many-requests'],
  },
  uploadPhoto: {
    tag: 'Identity',
    summary: 'Upload a photo of the identity document',
    description:
      'Upload before the challenge of ID_DOCUMENT is answered: the sealed answer names the photo by its `photoId`. Send one file, `photo`, as JPEG, PNG or HEIC; the format is detected from the content. At least 400 by 250 pixels, at most 50 megapixels. The photo is decoded and encoded again, which removes place, time and all other metadata. At most 10 photos per reissue. A photo that no accepted answer names is deleted when the reissue ends.',
    responses: { 201: { description: 'The photo was stored', example: example.photo } },
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
  getConsents: {
    tag: 'Terms',
    summary: 'List the consents with their receipts',
    description:
      'All consents and withdrawals of this reissue, in the order of recording. Keep the receipts: each confirms the consents of one call, and anyone can verify it without asking the bank.',
    responses: { 200: { description: 'Oldest first', example: example.consentsGiven } },
    problems: ['not-found'],
  },
  withdrawConsent: {
    tag: 'Terms',
    summary: 'Withdraw an optional consent',
    description:
      'Possible in any state, also after the end, while the access token is valid. Later the customer withdraws consents through the bank’s other channels.',
    request: { termsId: 'marketing-notices' },
    responses: { 200: { description: 'Withdrawn, with a receipt', example: example.withdrawnConsent } },
    problems: ['consent-mandatory', 'consent-not-given', 'not-found', 'unavailable'],
  },
  downloadCertificate: {
    tag: 'Certificate',
    summary: 'Download the new certificate',
    description:
      'The query parameter `form` or the header `Accept` choose the form: `pem` (application/x-pem-file, the default), `der` (application/pkix-cert), `pkcs7` (application/pkcs7-mime) or `zip` (application/zip). A client that accepts `application/octet-stream` gets the form that it requests, with the media type of that form.',
    responses: {
      200: {
        description:
          'The certificate. In PEM and PKCS #7 the issuing CA and the root follow it. The zip holds the folder in which clients look for joint certificates, `NPKI/<organisation>/USER/<subject>/signCert.der`, with the CAs in `NPKI/<organisation>`; the app adds `signPri.key` to it',
        content: {
          'application/x-pem-file': { schema: { type: 'string' }, example: example.pemChain },
          'application/pkix-cert': { schema: file },
          'application/pkcs7-mime': { schema: file },
          'application/zip': { schema: file },
          'application/octet-stream': { schema: file },
        },
        headers: {
          'Content-Disposition': { description: 'Suggests a file name', schema: { type: 'string' } },
        },
      },
    },
    problems: ['not-issued', 'certificate-withdrawn', 'not-acceptable', 'invalid-request'],
  },
  openTransfer: {
    tag: 'Transfer',
    summary: 'Open a transfer of a certificate to another device',
    description:
      'The sending device opens a transfer and shows the customer a number: the box, then digits that it chose itself and keeps secret. Both devices derive a key from those digits by CPace (CPACE-RISTR255-SHA512), whose shares this API passes on, so that it never learns the key, and one wrong number ends the transfer. See the security model.',
    request: { share: example.transfers.share },
    responses: {
      201: { description: 'Opened. Ask for the state every second', example: example.transfers.open },
    },
    problems: ['unavailable'],
  },
  joinTransfer: {
    tag: 'Transfer',
    summary: 'Join a transfer',
    description:
      'The receiving device joins with the box of the number that the customer entered. A transfer is joined once.',
    request: { box: example.transfers.open.box, share: example.transfers.share },
    responses: {
      200: {
        description: 'Joined. `share` is that of the sending device',
        example: example.transfers.joined,
      },
    },
    problems: ['transfer-over'],
  },
  getTransfer: {
    tag: 'Transfer',
    summary: 'Get the state of a transfer',
    description:
      'For the device whose id it is: `share` is that of the other device. Only the receiving device gets `content`.',
    responses: { 200: { description: 'The transfer', example: example.transfers.joined } },
    problems: ['transfer-over'],
  },
  sendTransfer: {
    tag: 'Transfer',
    summary: 'Send the encrypted certificate',
    description: 'Once the other device has joined. The content is encrypted for it, at most 24,576 bytes.',
    request: { content: 'q80J5mV0aGluZy1pcy1zZWFsZWQtaW4tdGhpcy1leGFtcGxl' },
    responses: {
      200: { description: 'Stored until the other device has it', example: example.transfers.sent },
    },
    problems: ['transfer-over'],
  },
  endTransfer: {
    tag: 'Transfer',
    summary: 'End a transfer',
    description:
      'Deletes the content. `FAILED`: the receiving device cannot decrypt it, or one of the devices cancels.',
    request: { outcome: 'RECEIVED' },
    responses: { 200: { description: 'Ended', example: example.transfers.received } },
    problems: ['transfer-over'],
  },
  answerStopLink: {
    tag: 'Reissue',
    summary: 'Stop a reissue by the link in a message, or confirm it',
    description:
      'Messages about a wait, a new device, and a certificate that was suspended or revoked have a link to the bank’s page, with the id of the reissue and a token in its fragment: `#stop=<reissueId>.<token>`. Opening it changes nothing. `STOP` cancels the reissue or withdraws its certificate, blocks further online reissues until the bank lifts the block, and suspends the certificate on file if the customer wishes it. `MINE` is recorded and changes nothing. The token opens nothing else, and ends with the reissue. Needs no access token.',
    request: example.stopLinkRequest,
    responses: { 200: { description: 'The answer was carried out', example: { outcome: 'STOPPED' } } },
    problems: ['stop-link-refused', 'stop-link-over', 'too-many-steps'],
  },
  checkVid: {
    tag: 'Certificate',
    summary: 'Check a resident registration number against a certificate',
    description:
      'A holder proves their resident registration number with the random number R that is kept with their private key: the two together, hashed, must give the VID in the certificate. Seal both with the Idempotency-Key as `sub`, and without `jkt`. A caller (a front end on one network) may send ten wrong checks of a certificate a day by default; further checks of this certificate by this caller are refused until `Retry-After`. All callers together may send ten times as many.',
    request: { rrn: example.exampleEnvelope, random: example.exampleEnvelope },
    responses: {
      200: { description: 'The values were compared', example: example.vidCheck },
    },
    problems: ['not-found', 'envelope-refused', 'certificate-without-vid', 'too-many-wrong-checks'],
  },
} as const satisfies Record<string, EndpointDocument>;

/** The `operationId` of an endpoint in the API document. */
export type GatewayEndpointId = keyof typeof endpoints;

const ofPublicEndpoints: readonly ProblemSlug[] = ['unavailable', 'internal-error'];
const ofAllOthers: readonly ProblemSlug[] = ['unknown-api-key', 'origin-not-allowed', ...ofPublicEndpoints];
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
const ofSteps: readonly ProblemSlug[] = ['wrong-state', 'too-many-steps'];

/** Endpoints that need no API key. */
export const publicEndpoints: readonly GatewayEndpointId[] = ['getReceiptKeys'];

/** Endpoints of a reissue that are not steps of its workflow, and work in any state. */
const inAnyState: readonly GatewayEndpointId[] = ['withdrawConsent'];

/** All problems that an endpoint may answer with. */
export function problemsOf(id: GatewayEndpointId, method: 'get' | 'post', path: string): ProblemSlug[] {
  const ofReissue = path.includes('{id}');
  const isStep = method === 'post' && ofReissue && !inAnyState.includes(id);
  return [
    ...new Set<ProblemSlug>([
      ...endpoints[id].problems,
      ...(isStep ? ofSteps : []),
      ...(isStep && id !== 'cancel' ? (['parked'] as const) : []),
      ...(method === 'post' ? withBody : []),
      ...(ofReissue ? underReissue : []),
      ...(publicEndpoints.includes(id) ? ofPublicEndpoints : ofAllOthers),
    ]),
  ];
}
