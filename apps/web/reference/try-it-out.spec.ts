import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Challenge, Reissue } from '#libs/client';
import { TryItOut, type SwaggerRequest } from './try-it-out.js';
import { exampleSerial, makeRunnable, type ApiDocument } from './runnable.js';

const id = `ri_${'7'.repeat(32)}`;
const example = 'ri_5c2f0e7a9d1b4c3e8f60718293a4b5c6';
const challenge = (challengeId: string) => ({ challengeId }) as Challenge;

let attempt: TryItOut;
beforeEach(() => {
  attempt = new TryItOut(
    {
      seal: (purpose, sub, value, thumbprint) =>
        Promise.resolve(`sealed ${purpose} for ${sub} and ${thumbprint ?? 'no key'}: ${value}`),
    },
    { thumbprint: 'T', request: () => Promise.resolve('CSR'), sign: (bytes) => Promise.resolve(bytes) },
  );
});
const post = (path: string, body: unknown): SwaggerRequest => ({
  url: `https://gw/v1/reissues${path}`,
  headers: { 'Idempotency-Key': '4f0c1d1e-6a52-4d56-8f0e-2f6f6a2f9f10' },
  body: JSON.stringify(body),
});
const vidChecks = (serial: string) => `https://gw/v1/certificates/${serial}/vid-checks`;
const bodyOf = async (request: SwaggerRequest): Promise<unknown> =>
  JSON.parse((await attempt.prepare(request)).body as string);

describe('example values', () => {
  it('Each request gets a new Idempotency-Key, and secrets of the start are sealed for it', async () => {
    const [one, other] = [post('', { applicant: { rrn: 'seal: 9001011234567' } }), post('', {})];
    const body = await bodyOf(one);
    await attempt.prepare(other);
    const key = one.headers['Idempotency-Key']!;
    expect(key).not.toBe(other.headers['Idempotency-Key']);
    expect(body).toEqual({ applicant: { rrn: `sealed rrn for ${key} and T: 9001011234567` } });
  });

  it('Example ids are replaced by the newest reissue and challenges', async () => {
    const learned = attempt.learn({
      obj: { reissue: { id, next: {} } as Reissue, challenges: [challenge('a'), challenge('b')] },
    });
    expect(learned.reissue?.id).toBe(id);
    const request = post(`/${example}/identity/verifications`, {
      answers: [
        { challengeId: 'ch_0b6f5d1e8a7c4392', answer: 'seal: 123456' },
        { challengeId: 'ch_7d2a90c4e1f35b68', answer: 'seal: 7890' },
      ],
    });
    expect(await bodyOf(request)).toEqual({
      answers: [
        { challengeId: 'a', answer: `sealed identity for ${id} and T: 123456` },
        { challengeId: 'b', answer: `sealed identity for ${id} and T: 7890` },
      ],
    });
    expect(request.url).toContain(id);
  });

  it('Example request and signature are replaced by those of the page’s key', async () => {
    attempt.learn({ obj: { id, next: { challenge: { challengeId: 'rc', toSign: 'eA' } } } });
    const asked = post(`/${example}/certificate`, { csr: 'make: a certificate request' });
    expect(await bodyOf(asked)).toEqual({ csr: 'CSR' });
    const proof = { challengeId: 'rc_91d3a5f07c2e4b68', signature: 'make: the signature' };
    expect(await bodyOf(post(`/${example}/registration`, proof))).toEqual({
      challengeId: 'rc',
      signature: 'eA',
    });
  });

  it('The example serial number is replaced by the newest certificate’s', async () => {
    attempt.learn({ obj: { id, next: {}, certificate: { serial: 'abc' } } });
    const check = { ...post('', { rrn: 'seal: 1' }), url: vidChecks(exampleSerial) };
    const body = await bodyOf(check);
    expect(body).toEqual({ rrn: `sealed rrn for ${check.headers['Idempotency-Key']} and no key: 1` });
    expect(check.url).toBe(vidChecks('abc'));
  });

  it('Values that the reader wrote stay unchanged', async () => {
    const body = { challengeId: 'mine', password: 'a JWE of their own' };
    expect(await bodyOf(post(`/${id}/password`, body))).toEqual(body);
  });
});

it('Examples of the document hold the secrets to be sealed, and consents to the terms in force', () => {
  const consent = { termsId: 't', version: '1', digest: 'd', agreed: true };
  const media = { example: { keyThumbprint: 'x', consents: [], applicant: { rrn: 'a.b.c' } } as unknown };
  const document: ApiDocument = {
    info: { description: 'More.' },
    paths: {
      '/v1/reissues': {
        post: { operationId: 'startReissue', requestBody: { content: { 'application/json': media } } },
      },
    },
  };
  makeRunnable(document, 'thumbprint', { identity: [consent], issuance: [] });
  expect(media.example).toEqual({
    keyThumbprint: 'thumbprint',
    consents: [consent],
    applicant: { rrn: 'seal: 9001011234567' },
  });
});
