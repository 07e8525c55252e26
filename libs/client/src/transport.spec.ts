import { describe, expect, it } from '@jest/globals';
import { ConnectionLost, ReissueProblem } from './problems.js';
import { Transport, type ClientOptions } from './transport.js';

interface Sent {
  readonly key: string | null;
  readonly body: unknown;
}

/** A gateway that answers each call by the next function; a function may throw like a lost connection. */
function gateway(answers: readonly (() => Response)[], options: Partial<ClientOptions> = {}) {
  const sent: Sent[] = [];
  const left = [...answers];
  const fake: typeof fetch = (_, init) =>
    new Promise((resolve) => {
      sent.push({ key: new Headers(init?.headers).get('idempotency-key'), body: init?.body });
      resolve((left.length > 1 ? left.shift()! : left[0]!)());
    });
  const transport = new Transport({ baseUrl: 'https://gw', apiKey: 'a', fetch: fake, ...options });
  return { sent, transport };
}

const lost = (): Response => {
  throw new TypeError('fetch failed');
};
const reissue =
  (action: string, status = 200) =>
  () =>
    Response.json({ id: 'r', next: { action } }, { status });
const problem =
  (slug: string, status: number, headers: Record<string, string> = {}) =>
  () =>
    Response.json(
      { type: `urn:reseal:problem:${slug}`, title: 'A title.', status, detail: 'What to do.' },
      { status, headers: { 'content-type': 'application/problem+json', ...headers } },
    );
const enter = (transport: Transport, more: object = {}) =>
  transport.json('submitPassword', { path: { id: 'r' }, body: { password: 'jwe' }, ...more });

describe('a call without a final answer is sent again, the very same', () => {
  it.each([
    ['whose connection was lost', lost],
    ['that a proxy answered instead of the gateway', () => new Response('bad gateway', { status: 502 })],
    ['that has to wait', problem('too-many-requests', 429, { 'retry-after': '0' })],
    ['that continues in the background', reissue('WAIT', 202)],
  ])('A call %s is repeated with the same key and body', async (_, first) => {
    const { sent, transport } = gateway([first, first, reissue('AGREE_TO_TERMS')]);
    expect((await enter(transport)).next.action).toBe('AGREE_TO_TERMS');
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
    expect(sent[0]!.key).toMatch(/^key-/);
  });

  it('A repeated call has the Idempotency-Key that was given', async () => {
    const { sent, transport } = gateway([lost, reissue('AGREE_TO_TERMS')]);
    await enter(transport, { idempotencyKey: 'a-key-of-16-chars' });
    expect(sent.map(({ key }) => key)).toEqual(['a-key-of-16-chars', 'a-key-of-16-chars']);
  });
});

describe('a call with a final answer is not sent again', () => {
  it('A refused call is not repeated, and throws its problem', async () => {
    const { sent, transport } = gateway([problem('wrong-state', 409)]);
    const refused = await enter(transport).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ReissueProblem);
    expect(refused).toMatchObject({ slug: 'wrong-state', status: 409, message: 'A title. What to do.' });
    expect(sent).toHaveLength(1);
  });

  it('A call that needs an operator is not repeated', async () => {
    const { sent, transport } = gateway([reissue('NEEDS_OPERATOR', 202)]);
    expect((await enter(transport)).next.action).toBe('NEEDS_OPERATOR');
    expect(sent).toHaveLength(1);
  });
});

describe('patience', () => {
  it('A call without a response throws ConnectionLost when its patience ends', async () => {
    const { sent, transport } = gateway([lost]);
    await expect(enter(transport, { patienceMs: 300 })).rejects.toBeInstanceOf(ConnectionLost);
    expect(sent.length).toBeGreaterThan(1);
  });

  it('A call whose step continues returns its last response when its patience ends', async () => {
    const { transport } = gateway([reissue('WAIT', 202)]);
    expect((await enter(transport, { patienceMs: 50 })).next.action).toBe('WAIT');
  });

  it('A call is not repeated if the wait is longer than its patience', async () => {
    const { sent, transport } = gateway([problem('too-many-requests', 429, { 'retry-after': '60' })]);
    await expect(enter(transport, { patienceMs: 1_000 })).rejects.toMatchObject({ retryAfterMs: 60_000 });
    expect(sent).toHaveLength(1);
  });

  it('A signal ends a call at once', async () => {
    const { transport } = gateway([lost]);
    const stop = new AbortController();
    const call = enter(transport, { signal: stop.signal, patienceMs: Number.POSITIVE_INFINITY });
    stop.abort(new Error('the page was left'));
    await expect(call).rejects.toThrow('the page was left');
  });
});

it('onReach is called with true if the gateway was reached, otherwise with false', async () => {
  const reached: boolean[] = [];
  const onReach = (now: boolean) => reached.push(now);
  const { transport } = gateway([lost, () => new Response('', { status: 503 }), reissue('NONE')], {
    onReach,
  });
  await enter(transport);
  expect(reached).toEqual([false, false, true]);
});

it('The response of a proxy is a problem without a slug', async () => {
  const { transport } = gateway([() => new Response('<html>', { status: 403, statusText: 'Forbidden' })]);
  await expect(enter(transport)).rejects.toMatchObject({ slug: 'about:blank', status: 403 });
});
