import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayClient, slugOf } from '../testing/gateway-client.js';

let client: GatewayClient;
beforeEach(async () => void (client = await GatewayClient.open()));
afterEach(() => client.close());

describe('the access token of a reissue', () => {
  const cookieOf = (answer: Response) => answer.headers.get('set-cookie') ?? '';
  const sessionOf = async (cookie: string) =>
    (await (await client.call('GET', '/page/session', { headers: { cookie } })).json()) as {
      reissueId: string | null;
    };

  it('An access token is invalid after the page has signed out, in the cookie and in the header', async () => {
    const { id, authorization, get, post } = await client.begun();
    const kept = cookieOf(await client.call('PUT', '/page/session', { headers: { authorization } }));
    expect(kept).toMatch(/^__Host-reseal_reissue=.*; Secure$/);
    const cookie = kept.split(';')[0]!;
    expect(await sessionOf(cookie)).toMatchObject({ reissueId: id });
    expect((await get('')).status).toBe(200);

    expect((await client.call('DELETE', '/page/session', { headers: { cookie } })).status).toBe(204);
    const refused = await get('');
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(await slugOf(refused)).toBe('invalid-token');
    expect(await slugOf(await post('cancel'))).toBe('invalid-token');
    expect(await slugOf(await client.call('GET', `/v1/reissues/${id}`, { headers: { cookie } }))).toBe(
      'invalid-token',
    );
    expect((await (await client.begun()).get('')).status).toBe(200);
  });

  it('A sign-out while PostgreSQL is down is 503 with Retry-After and keeps the cookie', async () => {
    const { authorization, get, post } = await client.begun();
    const kept = cookieOf(await client.call('PUT', '/page/session', { headers: { authorization } }));
    const cookie = kept.split(';')[0]!;
    const signOut = () => client.call('DELETE', '/page/session', { headers: { cookie } });
    client.gateway.databaseDown = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    for (const answer of [await get(''), await post('cancel'), await signOut()]) {
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(await slugOf(answer)).toBe('unavailable');
    }
    client.gateway.databaseDown = undefined;
    expect((await get('')).status).toBe(200);
  });

  it('Only the holder of an access token can revoke it', async () => {
    const { id, authorization, get } = await client.begun();
    const [cookie = ''] = cookieOf(
      await client.call('PUT', '/page/session', { headers: { authorization } }),
    ).split(';');
    const foreign = await client.call('DELETE', '/page/session', {
      headers: { cookie, 'x-api-key': 'another' },
    });
    expect(await slugOf(foreign)).toBe('unknown-api-key');
    await client.call('DELETE', '/page/session');
    await client.call('DELETE', '/page/session', { headers: { cookie: cookie.slice(0, -2) } });
    expect((await get('')).status).toBe(200);
    expect(client.gateway.revoked.has(id)).toBe(false);
  });

  it('An access token reads an ended reissue for a limited time', async () => {
    const ended = (minutesAgo: number) => ({
      state: 'REGISTERED' as const,
      ended_at: new Date(Date.now() - minutesAgo * 60_000),
    });
    expect((await (await client.begun(ended(59))).get('')).status).toBe(200);
    expect(await slugOf(await (await client.begun(ended(61))).get(''))).toBe('invalid-token');
  });
});
