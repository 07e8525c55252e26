import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { GatewayClient, freshKey, slugOf } from '../testing/gateway-client.js';

const own = 'https://app.bank.example';
const ofOtherKey = 'https://branch.bank.example';
const preflight = (origin: string, method = 'POST') => ({
  origin,
  'access-control-request-method': method,
  'access-control-request-headers': 'content-type,idempotency-key,x-api-key',
});
const digestOf = (key: string) => createHash('sha256').update(key).digest();

let client: GatewayClient;
beforeAll(async () => {
  client = await GatewayClient.open({
    apiKeys: [
      { name: 'app', digest: digestOf('reseal-local') },
      { name: 'branch', digest: digestOf('of-the-branch') },
      { name: 'native', digest: digestOf('of-an-app') },
    ],
    apiOrigins: new Map([
      ['app', new Set([own])],
      ['branch', new Set([ofOtherKey])],
    ]),
  });
});
afterAll(() => client.close());

const call = (method: string, path: string, headers: Record<string, string>, body?: string) =>
  fetch(client.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
const corsHeadersOf = ({ headers }: Response) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));
/** The words of a header that holds a list. */
const wordsOf = ({ headers }: Response, name: string) =>
  (headers.get(name) ?? '')
    .toLowerCase()
    .split(/,\s*/)
    .filter((word) => word !== '');
const startCall = (headers: Record<string, string>) =>
  client.call('POST', '/v1/reissues', { body: client.startBody(), headers });

it('A preflight request of a listed origin is granted without an API key', async () => {
  for (const origin of [own, ofOtherKey]) {
    const answer = await call('OPTIONS', '/v1/reissues', preflight(origin));
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(wordsOf(answer, 'access-control-allow-methods')).toEqual(['get', 'post']);
    expect(wordsOf(answer, 'access-control-allow-headers')).toEqual(
      expect.arrayContaining([
        ...['accept-language', 'authorization', 'content-type', 'idempotency-key'],
        ...['last-event-id', 'x-api-key', 'x-device-id'],
      ]),
    );
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(wordsOf(answer, 'vary')).toContain('origin');
  }
});

it.each([
  ['an origin that no key lists', 'https://evil.example'],
  ['the opaque origin of a sandboxed frame or a file', 'null'],
  ['the listed host by another scheme', 'http://app.bank.example'],
  ['the listed host at another port', 'https://app.bank.example:8443'],
  ['a host below the listed one', 'https://x.app.bank.example'],
  ['a host that begins like the listed one', 'https://app.bank.example.evil.example'],
  ['two origins', `${own} ${ofOtherKey}`],
])('A preflight request of %s is not granted, and nothing that it gets is readable', async (_, origin) => {
  const asked = await call('OPTIONS', '/v1/reissues', preflight(origin));
  expect(asked.ok).toBe(false);
  expect(corsHeadersOf(asked)).toEqual([]);
  expect(corsHeadersOf(await call('GET', '/v1/keys', { origin, 'x-api-key': 'reseal-local' }))).toEqual([]);
});

it('A call of a key’s own origin succeeds, and the script reads the headers that clients need', async () => {
  const answer = await startCall({ origin: own });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('access-control-allow-origin')).toBe(own);
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  expect(wordsOf(answer, 'access-control-expose-headers')).toEqual(
    expect.arrayContaining([
      ...['content-disposition', 'date', 'etag', 'location', 'retry-after', 'x-request-id'],
    ]),
  );
  expect(wordsOf(answer, 'vary')).toContain('origin');
});

it('A call with the key of another origin is refused before it has an effect', async () => {
  for (const [origin, key] of [
    [ofOtherKey, 'reseal-local'],
    [own, 'of-the-branch'],
    [own, 'of-an-app'],
  ] as const) {
    const before = client.gateway.delivered.length;
    const answer = await startCall({ origin, 'x-api-key': key });
    expect(corsHeadersOf(answer)).toEqual([]);
    expect(await slugOf(answer)).toBe('origin-not-allowed');
    expect(client.gateway.delivered.length).toBe(before);
  }
});

it('A call without an Origin, as apps and servers send it, needs no list', async () => {
  const answer = await startCall({ 'x-api-key': 'of-an-app' });
  expect(answer.status).toBe(201);
  expect(corsHeadersOf(answer)).toEqual([]);
  expect(wordsOf(answer, 'vary')).toContain('origin');
});

it('The gateway’s own page calls with its own origin, which needs no list', async () => {
  expect((await startCall({ origin: client.url })).status).toBe(201);
});

it('Problems are readable by the origin that called: an unknown key, a wrong body, an unknown path', async () => {
  const problems = [
    await startCall({ origin: own, 'x-api-key': 'mistyped' }),
    await client.call('POST', '/v1/reissues', { body: {}, headers: { origin: own } }),
    await call('GET', '/v1/nowhere', { origin: own, 'x-api-key': 'reseal-local' }),
  ];
  for (const answer of problems) {
    expect(answer.headers.get('access-control-allow-origin')).toBe(own);
    expect(wordsOf(answer, 'vary')).toEqual(['accept-language', 'origin']);
  }
  expect(await Promise.all(problems.map(slugOf))).toEqual([
    'unknown-api-key',
    'invalid-request',
    'not-found',
  ]);
});

it('A stream of events is readable by the origin that called', async () => {
  const { id, authorization } = await client.begun();
  const stop = new AbortController();
  const stream = await fetch(`${client.url}/v1/reissues/${id}/events`, {
    headers: { origin: own, 'x-api-key': 'reseal-local', authorization },
    signal: stop.signal,
  });
  expect([stream.status, stream.headers.get('access-control-allow-origin')]).toEqual([200, own]);
  stop.abort();
});

it('Only the API is readable by other origins: not the page’s session, the page or health', async () => {
  for (const path of ['/page/session', '/', '/health/live', '/openapi.json', '/docs']) {
    expect(corsHeadersOf(await call('OPTIONS', path, preflight(own, 'GET')))).toEqual([]);
    expect(corsHeadersOf(await call('GET', path, { origin: own }))).toEqual([]);
  }
});

it('A gateway without listed origins answers no preflight request', async () => {
  const plain = await GatewayClient.open();
  const answer = await fetch(`${plain.url}/v1/reissues`, { method: 'OPTIONS', headers: preflight(own) });
  expect([answer.ok, corsHeadersOf(answer)]).toEqual([false, []]);
  const key = { 'x-api-key': 'reseal-local', 'idempotency-key': freshKey(), origin: own };
  const called = await fetch(`${plain.url}/v1/keys`, { headers: key });
  expect([called.status, corsHeadersOf(called)]).toEqual([200, []]);
  await plain.close();
});
