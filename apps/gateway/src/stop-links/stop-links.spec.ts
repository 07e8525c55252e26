import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RefusalCode, State } from '#libs/domain';
import { stopLinkDigest } from '#libs/stop-links';
import { InMemoryGateway } from '../testing/in-memory-gateway.js';

const reissueId = `ri_${'0'.repeat(32)}`;
const token = 'q3Zb8sWm1xYt0uPvLrK5cA';
const stop = { reissueId, token, answer: 'STOP', suspendCertificate: true };

let gateway: InMemoryGateway;
let url: string;
let keys = 0;
beforeEach(async () => {
  gateway = new InMemoryGateway();
  url = await gateway.listen();
});
afterEach(() => gateway.app.close());

async function answer(body: object) {
  keys += 1;
  const response = await fetch(`${url}/v1/stop-links`, {
    method: 'POST',
    headers: {
      ...{ 'x-api-key': 'reseal-local', 'idempotency-key': `idempotency-key-${keys}` },
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  const { type, outcome } = (await response.json()) as { type?: string; outcome?: string };
  return { status: response.status, slug: type?.replace('urn:reseal:problem:', ''), outcome };
}
const refuses = (code: RefusalCode) => () =>
  Promise.resolve({
    reached: 'COMPLETED' as const,
    result: {
      ...{ status: 'REFUSED' as const, code },
      standing: { state: 'COOLING_OFF' as const, alarm: null, parked: null },
    },
  });

describe('the link in a message', () => {
  it('A stop reaches the workflow once, however often and by whichever call it is sent, and without its token', async () => {
    gateway.open(reissueId, { state: 'COOLING_OFF' });
    for (const _ of [1, 2]) expect(await answer(stop)).toMatchObject({ status: 200, outcome: 'STOPPED' });
    expect(gateway.delivered).toMatchObject([
      { kind: 'stop', linkDigest: stopLinkDigest(token), suspendCertificate: true },
    ]);
    expect(JSON.stringify(gateway.delivered)).not.toContain(token);
  });

  it('A confirmation is another step than a stop', async () => {
    gateway.open(reissueId, { state: 'COOLING_OFF' });
    expect(await answer({ ...stop, answer: 'MINE' })).toMatchObject({ status: 200, outcome: 'RECORDED' });
    expect(await answer(stop)).toMatchObject({ outcome: 'STOPPED' });
    expect(gateway.delivered.map(({ kind }) => kind)).toEqual(['confirmReissue', 'stop']);
  });

  it('A scanner that opens the link gets the page, and changes nothing', async () => {
    gateway.open(reissueId, { state: 'COOLING_OFF' });
    for (const method of ['GET', 'HEAD'])
      for (const path of ['/', '/v1/stop-links']) await fetch(`${url}${path}`, { method });
    expect(gateway.delivered).toEqual([]);
  });

  it.each<State>(['CANCELLED', 'REGISTERED', 'WITHDRAWN'])(
    'A link is over once the reissue is %s',
    async (state) => {
      gateway.open(reissueId, { state });
      expect(await answer(stop)).toMatchObject({ status: 410, slug: 'stop-link-over' });
      expect(gateway.delivered).toEqual([]);
    },
  );

  it('A link is over if the reissue ends before the answer is handled', async () => {
    gateway.open(reissueId, { state: 'COOLING_OFF' });
    gateway.deliver = refuses('WRONG_STATE');
    expect(await answer(stop)).toMatchObject({ status: 410, slug: 'stop-link-over' });
  });

  it('A link of an unknown reissue, and one that the worker refuses, are refused alike', async () => {
    expect(await answer(stop)).toMatchObject({ status: 404, slug: 'stop-link-refused' });
    gateway.open(reissueId, { state: 'COOLING_OFF' });
    gateway.deliver = refuses('STOP_LINK_REFUSED');
    expect(await answer(stop)).toMatchObject({ status: 404, slug: 'stop-link-refused' });
  });

  it('A stop that waits behind a signature is asked for again', async () => {
    gateway.open(reissueId, { state: 'ISSUING' });
    gateway.deliver = () => Promise.resolve({ reached: 'ACCEPTED' });
    expect(await answer(stop)).toMatchObject({ status: 503, slug: 'unavailable' });
  });

  it.each([
    ['without a token', { ...stop, token: undefined }],
    ['with another id', { ...stop, reissueId: 'ri_1' }],
    ['with another answer', { ...stop, answer: 'MAYBE' }],
  ])('An answer %s is refused', async (_, body) => {
    expect(await answer(body)).toMatchObject({ status: 422, slug: 'invalid-request' });
  });
});
