import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayClient, freshKey, slugOf } from '../testing/gateway-client.js';

let client: GatewayClient;
beforeEach(async () => void (client = await GatewayClient.open()));
afterEach(() => client.close());

describe('limits of calls', () => {
  const once = { burst: 1, everyMs: 90_500 };
  const wide = { burst: 100, everyMs: 1 };
  const startFrom = (headers: Record<string, string> = {}) =>
    client.call('POST', '/v1/reissues', { body: client.startBody(), headers });

  it('A start beyond its limit is refused with 429 and Retry-After', async () => {
    client.gateway.rates.start = { address: once, device: wide };
    expect((await startFrom()).status).toBe(201);
    const refused = await startFrom();
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeLessThanOrEqual(91);
    expect(seconds).toBeGreaterThan(30); // of 90.5, less what the machine took
    expect(await slugOf(refused)).toBe('too-many-requests');
    expect(client.gateway.delivered).toHaveLength(1);
  });

  it('A repeated call is answered although its limit is used up', async () => {
    client.gateway.rates.start = { address: once, device: once };
    const headers = { 'idempotency-key': freshKey(), 'x-device-id': 'device-of-a-customer' };
    const body = client.startBody();
    const answers = [];
    for (let i = 0; i < 5; i += 1)
      answers.push(await (await client.call('POST', '/v1/reissues', { body, headers })).json());
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toHaveProperty('accessToken');
  });

  it('Devices at one address have separate limits, and calls without a device have none', async () => {
    client.gateway.rates.start = { address: wide, device: once };
    const from = async (device: string) => (await startFrom({ 'x-device-id': device })).status;
    expect(await from('device-of-a-customer')).toBe(201);
    expect(await from('device-of-a-customer')).toBe(429);
    expect(await from('device-of-others!!')).toBe(201);
    for (let i = 0; i < 3; i += 1) expect((await startFrom()).status).toBe(201);
  });

  it('Calls on a reissue and starts have separate limits', async () => {
    const reissue = await client.begun();
    client.gateway.rates.call = { address: once, device: wide };
    client.gateway.rates.start = { address: once, device: wide };
    expect((await reissue.post('identity/challenges', { methods: ['PHONE_CODE'] })).status).toBe(200);
    expect((await startFrom()).status).toBe(201);
    expect(await slugOf(await reissue.post('cancel', {}))).toBe('too-many-requests');
    expect((await reissue.get('')).status).toBe(200);
  });

  it('The keys of limits reveal neither addresses nor devices', async () => {
    await startFrom({ 'x-device-id': 'device-of-a-customer' });
    expect([...client.gateway.limits.keys()].sort()).toEqual([
      expect.stringMatching(/^gateway\/start\/address\/[0-9a-f]{32}$/),
      expect.stringMatching(/^gateway\/start\/address\/[0-9a-f]{32}$/),
      expect.stringMatching(/^gateway\/start\/device\/[0-9a-f]{32}$/),
    ]);
  });

  it('A limit of a step is answered with its waiting time, and the same call can succeed later', async () => {
    const reissue = await client.begun();
    const headers = { 'idempotency-key': freshKey() };
    const post = () => reissue.post('identity/challenges', { methods: ['PHONE_CODE'] }, headers);
    const complete = client.gateway.deliver;
    client.gateway.deliver = async (_message, id) => ({
      reached: 'COMPLETED',
      result: {
        standing: { state: client.gateway.rows.get(id)!.state, alarm: null, parked: null },
        status: 'REFUSED',
        code: 'TOO_FREQUENT',
        retryAfterMs: 1_001,
      },
    });
    const refused = await post();
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await refused.clone().json()).toHaveProperty('reissue.id', reissue.id);
    expect(await slugOf(refused)).toBe('too-many-requests');
    client.gateway.deliver = complete;
    client.gateway.open(reissue.id, { ...client.gateway.rows.get(reissue.id), steps: 2 }); // because the refusal was counted
    expect((await post()).status).toBe(200);
    // The update id differs: Temporal would answer the same id with the first result again.
    expect(new Set(client.gateway.progress).size).toBe(2);
  });

  it('An invalid device id is refused', async () => {
    const answer = await startFrom({ 'x-device-id': 'short' });
    expect(await answer.clone().json()).toMatchObject({
      errors: [{ parameter: 'X-Device-Id', in: 'header' }],
    });
    expect(await slugOf(answer)).toBe('invalid-request');
  });
});
