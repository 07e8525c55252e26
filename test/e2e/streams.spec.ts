import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { Customer } from '../support/customer.js';
import { streamEvents, type StreamEvent } from '../support/event-stream.js';
import { expectSuccess } from '../support/http.js';
import { connectToStack } from '../support/running-stack.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

/** Follows the stream of a reissue in the background, as a client does. */
async function follow(customer: Customer, lastEventId?: string) {
  const away = new AbortController();
  const response = await fetch(`${stack.gateway.url}/v1/reissues/${customer.reissueId}/events`, {
    signal: away.signal,
    headers: {
      ...{ 'x-api-key': 'reseal-local', authorization: `Bearer ${customer.accessToken}` },
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  });
  const events: StreamEvent[] = [];
  const ended = (async () => {
    for await (const event of streamEvents(response)) events.push(event);
  })().catch(() => undefined);
  return {
    response,
    events,
    /** Resolves when the server ends the stream. */
    ended,
    leave: () => away.abort(),
    states: () => events.map(({ data }) => data.state),
    comesTo: (state: string) =>
      until(`${state} on the stream`, () => events.some(({ data }) => data.state === state), { pauseMs: 10 }),
  };
}

describe('the stream of a reissue', () => {
  it('The stream of a reissue sends past and new events at once, and closes at the end', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start());
    const stream = await follow(customer);
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await stream.comesTo('IDENTITY_REQUIRED');
    expectSuccess(await customer.verify());
    const verified = performance.now();
    await stream.comesTo('PASSWORD_REQUIRED');
    expect(performance.now() - verified).toBeLessThan(2_000);
    expectSuccess(await customer.submitApplication());
    expectSuccess(await customer.register());
    await stream.ended;
    expect(stream.states()).toEqual([
      'IDENTITY_REQUIRED',
      'PASSWORD_REQUIRED',
      'CONSENT_REQUIRED',
      'KEY_REQUIRED',
      'ISSUING',
      'ISSUED',
      'REGISTERED',
    ]);
    for (const { type, data } of stream.events) {
      expect(type).toMatch(/^reseal\.reissue\.[a-z-]+\.v1$/);
      expect(data.reissueId).toBe(customer.reissueId);
      expect(Object.keys(data)).not.toContain('customerRef');
    }

    const late = await follow(customer, stream.events[3]!.id);
    await late.ended;
    expect(late.events).toEqual(stream.events.slice(4));
    const finished = await follow(customer, stream.events.at(-1)!.id);
    expect(finished.response.status).toBe(204);
  });

  it('The stream of a reissue continues at the client’s last event id', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start());
    const first = await follow(customer);
    await first.comesTo('IDENTITY_REQUIRED');
    first.leave();
    expectSuccess(await customer.verify());
    const second = await follow(customer, first.events.at(-1)!.id);
    await second.comesTo('PASSWORD_REQUIRED');
    expectSuccess(await customer.cancel());
    await second.ended;
    expect(second.states()).toEqual(['PASSWORD_REQUIRED', 'CANCELLED']);
  });

  it('The stream of a reissue reaches each of several clients', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start());
    const streams = await Promise.all([follow(customer), follow(customer), follow(customer)]);
    expectSuccess(await customer.cancel());
    await Promise.all(streams.map(({ ended }) => ended));
    for (const stream of streams) expect(stream.states()).toEqual(['IDENTITY_REQUIRED', 'CANCELLED']);
  });
});
