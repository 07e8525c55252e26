import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  consentTo,
  CertificateKey,
  newVidRandom,
  endpoints,
  ResealClient,
  type OpenReissue,
  type Terms,
} from '#libs/client';
import { ApiDocument } from '../support/api-document.js';

const document = new ApiDocument();
const client = new ResealClient({
  baseUrl: 'https://gateway.example',
  apiKey: 'tests',
  deviceId: 'device-of-the-tests',
  fetch: document.fetch,
});
let key: CertificateKey;
let open: OpenReissue;
let terms: Terms[];
beforeAll(async () => {
  key = await CertificateKey.make();
  terms = await client.terms('identity');
  open = await client.resume(document.reissueId, 'token', key);
});

const start = { reason: 'LOST', consents: [] as const } as const;
const named = { name: 'Kim Sample' };
const licence = { type: 'DRIVING_LICENCE', rrn: '9001011234567', issuedOn: '2020-01-02' } as const;
const calls: readonly [string, keyof typeof endpoints, () => Promise<unknown>][] = [
  ['fetches terms', 'getTerms', () => client.terms('issuance', 'en')],
  ['fetches the password rules', 'getPasswordRules', () => client.passwordRules()],
  ['fetches the certificate profile', 'getCertificateProfile', () => client.certificateProfile()],
  ['fetches the keys of receipts', 'getReceiptKeys', () => client.receiptKeys()],
  [
    'starts by mobile, and has a code sent',
    'startReissue',
    () =>
      client.start({
        ...start,
        consents: consentTo(terms),
        applicant: { ...named, mobile: '010-0000-0000' },
        key,
        methods: ['PHONE_CODE'],
      }),
  ],
  [
    'starts by number, sealed',
    'startReissue',
    () => client.start({ ...start, applicant: { ...named, rrn: '9001011234567' }, key }),
  ],
  [
    'starts by document, sealed',
    'startReissue',
    () => client.start({ ...start, applicant: { ...named, document: licence }, key }),
  ],
  ['has codes sent again', 'requestChallenges', () => open.requestChallenges(['PHONE_CODE', 'ONE_WON'])],
  [
    'answers challenges',
    'answerChallenges',
    () => open.answerChallenges([{ challengeId: 'ch_1', answer: '123456' }]),
  ],
  ['uploads a photo', 'uploadPhoto', () => open.uploadPhoto(new Blob(['x'], { type: 'image/png' }))],
  ['enters the password', 'submitPassword', () => open.submitPassword('secret')],
  ['resets the password', 'resetPassword', () => open.resetPassword('secret')],
  ['agrees to terms', 'giveConsents', () => open.giveConsents(consentTo(terms))],
  ['lists what was agreed to', 'getConsents', () => open.consents()],
  ['withdraws a consent', 'withdrawConsent', () => open.withdrawConsent('marketing')],
  [
    'asks for the certificate',
    'requestCertificate',
    () => open.requestCertificate({ key, vidRandom: newVidRandom() }),
  ],
  [
    'asks for everything at once',
    'apply',
    () => open.apply({ password: 'secret', consents: consentTo(terms), key, vidRandom: newVidRandom() }),
  ],
  ['downloads', 'downloadCertificate', () => open.certificatePem()],
  [
    'proves the registration',
    'proveRegistration',
    () => {
      open.reissue = document.reissueToRegister;
      return open.proveRegistration(key);
    },
  ],
  ['cancels', 'cancel', () => open.cancel()],
  ['looks', 'getReissue', () => open.show()],
  [
    'seals to the published key',
    'getKeys',
    () => new ResealClient(client.options).seal('rrn', 'x', 'y', undefined),
  ],
  [
    'asks whether a number belongs to a certificate',
    'checkVid',
    () => client.checkVid('2f', { rrn: '9001011234567', vidRandom: newVidRandom() }),
  ],
  [
    'answers the link in a message',
    'answerStopLink',
    () =>
      client.answerStopLink({
        ...{ reissueId: `ri_${'0'.repeat(32)}`, token: 'q3Zb8sWm1xYt0uPvLrK5cA' },
        ...{ answer: 'STOP', suspendCertificate: false },
      }),
  ],
  ['opens a transfer', 'openTransfer', () => client.transfers.open(new Uint8Array(32))],
  ['joins a transfer', 'joinTransfer', () => client.transfers.join('0427', new Uint8Array(32))],
  ['looks at a transfer', 'getTransfer', () => client.transfers.show('tr_1')],
  ['sends by a transfer', 'sendTransfer', () => client.transfers.send('tr_1', new Uint8Array(100))],
  ['ends a transfer', 'endTransfer', () => client.transfers.end('tr_1', 'RECEIVED')],
  [
    'follows the events',
    'followEvents',
    async () => {
      const stop = new AbortController();
      for await (const reissue of open.follow({ signal: stop.signal, pollMs: 1 })) {
        expect(reissue.id).toBe(document.reissueId);
        stop.abort();
      }
    },
  ],
];

describe('the client keeps to the OpenAPI document when it', () => {
  it.each(calls)('The client follows the OpenAPI document when it %s', async (_, operation, call) => {
    document.reset();
    await call();
    expect(document.called).toContain(operation);
    expect(document.violations).toEqual([]);
  });

  it('The client makes every call of the OpenAPI document', () => {
    expect(new Set(calls.map(([, operation]) => operation))).toEqual(new Set(Object.keys(endpoints)));
  });
});

it('A request that breaks the document is found', async () => {
  document.reset();
  const headers = { 'content-type': 'application/json' };
  const path = `/v1/reissues/${document.reissueId}/password`;
  await document.fetch(`https://gateway.example${path}`, { method: 'POST', headers, body: '{"pass": 1}' });
  expect(document.violations).toEqual([
    expect.stringContaining('lacks x-api-key'),
    expect.stringContaining('lacks authorization'),
    expect.stringContaining('lacks idempotency-key'),
    expect.stringContaining("required property 'password'"),
  ]);
});

describe('the generated files', () => {
  const root = mkdtempSync(join(tmpdir(), 'reseal-client-'));
  beforeAll(() => {
    execFileSync('node', ['libs/client/generate.mjs', root]);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it.each([
    ['client', 'libs/client/src/generated'],
    ['console', 'apps/web/ops/api/generated'],
  ])('The generated types of the %s follow the committed OpenAPI document (npm run client)', (_, folder) => {
    for (const name of ['types.gen.ts', 'endpoints.gen.ts']) {
      const committed = readFileSync(join(folder, name), 'utf8');
      expect(readFileSync(join(root, folder, name), 'utf8')).toBe(committed);
    }
  });
});
