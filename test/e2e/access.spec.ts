import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { environmentOf } from '../support/app-environment.js';
import type { Customer } from '../support/customer.js';
import { Gateway } from '../support/gateway.js';
import { expectSuccess } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

let customer: Customer;
let other: Customer;
beforeAll(async () => {
  [customer, other] = await Promise.all([stack.newCustomer(), stack.newCustomer()]);
  expectSuccess(await customer.start());
  expectSuccess(await other.start());
});

describe('an API key', () => {
  it.each([['unknown'], [''], ['reseal-local, reseal-local']])(
    'An API key %j is refused on every call',
    async (key) => {
      const gateway = new Gateway(stack.gateway.url, key);
      const { accessToken } = customer;
      const calls = [
        gateway.get('/v1/keys'),
        gateway.get('/v1/terms?stage=identity&locale=ko'),
        gateway.post('/v1/reissues', {}),
        gateway.get(`/v1/reissues/${customer.reissueId}`, { accessToken }),
        gateway.post(`/v1/reissues/${customer.reissueId}/cancel`, {}, { accessToken }),
      ];
      for (const answer of await Promise.all(calls)) expectProblem(answer, 'unknown-api-key');
    },
  );
});

describe('an access token', () => {
  const parts = () => customer.accessToken!.split('.') as [string, string, string];
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = () => JSON.parse(Buffer.from(parts()[1], 'base64url').toString()) as Record<string, unknown>;
  const header = () => JSON.parse(Buffer.from(parts()[0], 'base64url').toString()) as { kid: string };
  const signed = (key: CryptoKey | Uint8Array, changes: object) =>
    new SignJWT({ ...claims(), ...changes })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: header().kid })
      .sign(key);
  const ownKey = () => {
    const jwk = readFileSync(environmentOf('gateway').RESEAL_TOKEN_KEY_FILE!, 'utf8');
    return importJWK(JSON.parse(jwk) as JWK, 'EdDSA');
  };

  it('An access token names its reissue and holds no personal data', () => {
    expect(claims()).toMatchObject({ sub: customer.reissueId });
    const { name, mobile, personId } = customer.person;
    for (const known of [name, mobile, personId])
      expect(Buffer.from(parts()[1], 'base64url').toString()).not.toContain(known);
  });

  it('An access token of one reissue does not open another', async () => {
    const { accessToken } = other;
    expectProblem(await customer.fetchReissue({ accessToken }), 'not-your-reissue');
    expectProblem(await customer.cancel({ accessToken }), 'not-your-reissue');
    expectProblem(await customer.download({ accessToken }), 'not-your-reissue');
    expectProblem(await customer.get('/events', { accessToken }), 'not-your-reissue');
    const unknown = `/v1/reissues/ri_${'0'.repeat(32)}`;
    expectProblem(await stack.gateway.get(unknown, { accessToken }), 'not-your-reissue');
  });

  const forgeries: [string, () => Promise<string | undefined> | string | undefined][] = [
    ['is missing', () => undefined],
    ['is no token', () => 'not-a-token'],
    ['has no signature', () => [parts()[0], parts()[1], ''].join('.')],
    ['is unsigned (alg none)', () => [encode({ alg: 'none', typ: 'JWT' }), parts()[1], ''].join('.')],
    [
      'names another reissue',
      () => [parts()[0], encode({ ...claims(), sub: other.reissueId }), parts()[2]].join('.'),
    ],
    [
      'is signed with another key',
      async () => signed((await generateKeyPair('EdDSA', { crv: 'Ed25519' })).privateKey, {}),
    ],
    [
      'is a MAC made with our public key',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: header().kid })
          .sign(Buffer.from(((await ownKey()) as CryptoKey).algorithm.name.padEnd(32))),
    ],
    ['has expired', async () => signed(await ownKey(), { iat: 1_700_000_000, exp: 1_700_000_100 })],
    ['is for another audience', async () => signed(await ownKey(), { aud: 'urn:reseal:ops' })],
  ];
  it.each(forgeries)('An access token that %s opens nothing', async (_, forge) => {
    const accessToken = await forge();
    for (const subject of [customer, other]) {
      const answer = await subject.fetchReissue({ accessToken });
      expectProblem(answer, 'invalid-token');
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    const answer = await stack.gateway.get(`/v1/reissues/${customer.reissueId}`, { accessToken });
    expectProblem(answer, 'invalid-token');
  });

  it('An access token is the same whenever the start is repeated, and expires with the reissue', () => {
    const { iat, exp } = claims() as { iat: number; exp: number };
    expect((exp - iat) / 86_400).toBeGreaterThanOrEqual(7);
  });
});
