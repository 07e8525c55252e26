import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { State } from '#libs/domain';
import { until } from '../../../../test/support/until.js';
import { InMemoryGateway } from '../testing/in-memory-gateway.js';

const id = `ri_${'a'.repeat(32)}`;
let gateway: InMemoryGateway;
let url: string;

beforeEach(async () => {
  gateway = new InMemoryGateway();
  url = await gateway.listen();
  gateway.open(id);
});
afterEach(() => gateway.app.close());

const event = (sequence: number, state: State) => ({
  sequence,
  type: 'reseal.reissue.test.v1',
  data: { reissueId: id, customerRef: 'canary-pseudonym', state } as never,
});
const open = async (headers: Record<string, string> = {}, query = '', method = 'GET') => {
  const left = new AbortController();
  const token = await gateway.tokens.issue({ reissueId: id, apiKeyName: 'local' }, new Date());
  const answer = await fetch(`${url}/v1/reissues/${id}/events${query}`, {
    method,
    signal: left.signal,
    headers: { 'x-api-key': 'reseal-local', authorization: `Bearer ${token}`, ...headers },
  });
  return { answer, leave: () => left.abort() };
};
const streams = (count: number) => until(`${count} open streams`, () => gateway.streams === count);
const sequencesIn = (text: string) =>
  [...text.matchAll(/^id: (\d+)$/gm)].map(([, sequence]) => Number(sequence));

describe('event streams', () => {
  it('An event stream sends old and new events in order and ends with the reissue', async () => {
    gateway.publishEvent(event(1, 'IDENTITY_REQUIRED'));
    const { answer } = await open();
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    gateway.publishEvent(event(2, 'PASSWORD_REQUIRED'));
    await delay(20);
    gateway.publishEvent(event(5, 'CANCELLED'));
    const text = await answer.text();
    expect(sequencesIn(text)).toEqual([1, 2, 5]);
    expect(text).toContain(
      `id: 2\nevent: reseal.reissue.test.v1\ndata: {"reissueId":"${id}","state":"PASSWORD_REQUIRED"}\n\n`,
    );
    expect(text).not.toContain('canary');
    expect(gateway.streams).toBe(0);
  });

  it.each([
    ['Last-Event-ID', { 'last-event-id': '2' }, '', [3]],
    ['lastEventId', {}, '?lastEventId=2', [3]],
    ['nothing that makes sense', { 'last-event-id': '2; drop' }, '', [1, 2, 3]],
  ] as const)('An event stream continues after %s', async (_, headers, query, expected) => {
    for (const sequence of [1, 2]) gateway.publishEvent(event(sequence, 'IDENTITY_REQUIRED'));
    const { answer } = await open(headers, query);
    gateway.publishEvent(event(3, 'REJECTED'));
    expect(sequencesIn(await answer.text())).toEqual(expected);
  });

  it('A stream without further events answers 204, so that browsers do not reconnect', async () => {
    gateway.open(id, { state: 'REGISTERED' });
    gateway.publishEvent(event(1, 'REGISTERED'));
    expect((await open({ 'last-event-id': '1' })).answer.status).toBe(204);
    expect((await open()).answer.status).toBe(200);
  });

  it('An event stream sends a comment when there are no events', async () => {
    const { answer, leave } = await open();
    const reader = answer.body!.getReader();
    let text = '';
    while (!text.includes('still here')) text += new TextDecoder().decode((await reader.read()).value);
    leave();
    expect(text).toMatch(/^retry: 2000\n\n: still here\n\n/);
  });

  it('An event stream is closed when its client disconnects', async () => {
    const { leave } = await open();
    await streams(1);
    leave();
    await streams(0);
  });

  it('A ninth event stream of one reissue is refused', async () => {
    const eight = await Promise.all(Array.from({ length: 8 }, () => open()));
    await streams(8);
    expect((await open()).answer.status).toBe(429);
    eight[0]?.leave();
    await streams(7);
    const ninth = await open();
    expect(ninth.answer.status).toBe(200);
    for (const { leave } of [...eight, ninth]) leave();
  });

  it('An event stream ends when the process shuts down', async () => {
    const { answer } = await open();
    gateway.closing.abort();
    expect(sequencesIn(await answer.text())).toEqual([]);
  });

  it('HEAD does not open an event stream', async () => {
    const { answer } = await open({}, '', 'HEAD');
    expect(answer.status).toBe(200);
    expect(gateway.streams).toBe(0);
  });
});
