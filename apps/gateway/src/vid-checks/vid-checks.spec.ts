import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryGateway } from '../testing/in-memory-gateway.js';

const serial = '0123456789abcdef';
const rrn = '9901011000012';
const random = '00'.repeat(20);

let gateway: InMemoryGateway;
let url: string;
let nextKey = 0;
beforeEach(async () => {
  gateway = new InMemoryGateway();
  gateway.issued.add(serial);
  url = await gateway.listen();
});
afterEach(() => gateway.app.close());

const withoutKey = { keyThumbprint: undefined };
const freshKey = () => `idempotency-key-${(nextKey += 1)}`;
const bodyFor = async (key: string) => ({
  rrn: await gateway.seal(rrn, 'rrn', key, withoutKey),
  random: await gateway.seal(random, 'vid-random', key, withoutKey),
});
const post = async (key: string, body: unknown, of = serial) => {
  const answer = await fetch(`${url}/v1/certificates/${of}/vid-checks`, {
    method: 'POST',
    headers: { 'x-api-key': 'reseal-local', 'idempotency-key': key, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { type, ...content } = (await answer.json()) as { type?: string };
  const slug = type?.replace('urn:reseal:problem:', '');
  return { status: answer.status, slug, content, headers: answer.headers };
};
const check = async (key = freshKey(), of = serial) => post(key, await bodyFor(key), of);

describe('a check of a VID', () => {
  it('A VID check sends the worker handles only, and answers its result', async () => {
    const key = freshKey();
    const { status, content } = await check(key, serial.toUpperCase());
    expect([status, content]).toEqual([200, { serial, matches: true }]);
    const [request] = gateway.checked;
    expect(request).toMatchObject({ apiKeyName: 'local', serial, subject: key });
    expect(request!.checkId).toMatch(/^vc_[0-9a-f]{32}$/);
    expect([...gateway.vault.keys()].sort()).toEqual([request!.rrn, request!.random].sort());
    expect(JSON.stringify(request)).not.toContain(rrn);
  });

  it('A repeated VID check gets the recorded result, and another body under its key is a conflict', async () => {
    const key = freshKey();
    const body = await bodyFor(key);
    await post(key, body);
    expect((await post(key, body)).content).toEqual({ serial, matches: true });
    expect((await post(key, await bodyFor(key))).slug).toBe('idempotency-mismatch');
    expect(gateway.checked).toHaveLength(1);
  });

  it.each([
    ['sealed at another front end', { ...withoutKey, client: 'other' }, 'ENVELOPE_WRONG_CLIENT'],
    ['sealed for the key of a reissue', {}, 'ENVELOPE_WRONG_KEY'],
  ])('A VID check with a number that was %s is refused', async (_, bound, code) => {
    const key = freshKey();
    const body = { ...(await bodyFor(key)), rrn: await gateway.seal(rrn, 'rrn', key, bound) };
    const { slug, content } = await post(key, body);
    expect(slug).toBe('envelope-refused');
    expect(content).toMatchObject({ errors: [{ pointer: '#/rrn', message: expect.stringContaining(code) }] });
    expect(gateway.checked).toEqual([]);
  });

  it('A VID check with another body is a conflict although the first was never answered', async () => {
    const key = freshKey();
    gateway.checkVid = async () => ({ answer: 'ENVELOPE_REFUSED' });
    const body = await bodyFor(key);
    expect((await post(key, body)).slug).toBe('envelope-refused');
    expect((await post(key, await bodyFor(key))).slug).toBe('idempotency-mismatch');
    expect((await post(key, body)).slug).toBe('envelope-refused');
  });

  it('A VID check is a conflict if the worker handled another request under this key', async () => {
    gateway.checkVid = async () => ({ answer: 'CHECKED', matches: true, requestHmac: 'of another' });
    expect((await check()).slug).toBe('idempotency-mismatch');
  });

  it('A VID check of an unknown certificate, or with values for another call or purpose, is refused', async () => {
    expect((await check(freshKey(), 'abcdef')).slug).toBe('not-found');
    const key = freshKey();
    expect((await post(key, await bodyFor(freshKey()))).slug).toBe('envelope-refused');
    const { rrn: sealedRrn, random: sealedRandom } = await bodyFor(key);
    expect((await post(key, { rrn: sealedRandom, random: sealedRrn })).slug).toBe('envelope-refused');
    expect(gateway.vault.size).toBe(0);
    expect(gateway.checked).toEqual([]);
  });

  it('A VID check that the worker refuses is a problem', async () => {
    gateway.checkVid = async () => ({ answer: 'ENVELOPE_REFUSED' });
    expect((await check()).slug).toBe('envelope-refused');
    gateway.checkVid = async () => ({ answer: 'CERTIFICATE_WITHOUT_VID' });
    expect((await check()).slug).toBe('certificate-without-vid');
    const nextAt = new Date(Date.now() + 3_600_000).toISOString();
    gateway.checkVid = async () => ({ answer: 'TOO_MANY_WRONG', nextAt });
    const { slug, headers } = await check();
    expect(slug).toBe('too-many-wrong-checks');
    expect(Math.abs(Number(headers.get('retry-after')) - 3_600)).toBeLessThan(5);
  });
});
