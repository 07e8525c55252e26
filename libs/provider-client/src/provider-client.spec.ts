import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ProviderClient, type CircuitChange, type ProviderClientOptions, type Task } from './index.js';

const answer = z.object({ status: z.literal('DONE') });
const [first, second] = ['one.example/v1', 'two.example/v1'] as const;

type Behaviour = () => Response | Promise<Response>;
const works: Behaviour = () => Response.json({ status: 'DONE' });
const answers =
  (status: number): Behaviour =>
  () =>
    new Response('{}', { status });
const breaks =
  (code: string): Behaviour =>
  () =>
    Promise.reject(new TypeError('fetch failed', { cause: { code } }));

/** The behaviour of each address for a request to act and for a question, and all calls made. */
let behaviour: Record<string, { act: Behaviour; find: Behaviour }>;
let calls: string[];
let changes: CircuitChange[];
beforeEach(() => {
  behaviour = Object.fromEntries(
    [first, second].map((name) => [name, { act: works, find: answers(404) }] as const),
  );
  calls = [];
  changes = [];
});

const fetch: typeof globalThis.fetch = async (input, init) => {
  const url = new URL(input);
  const name = `${url.host}/v1`;
  calls.push(`${init!.method} ${name}`);
  const { act, find } = behaviour[name]!;
  const late = new Promise<never>((_, reject) =>
    init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error)),
  );
  return Promise.race([init!.method === 'POST' ? act() : find(), late]);
};

const client = (options: Partial<ProviderClientOptions> = {}) =>
  new ProviderClient('telecom', {
    urls: [`https://${first}`, `https://${second}/`],
    retryMs: 1,
    fetch,
    ...options,
    circuit: { onChange: (change) => changes.push(change), ...options.circuit },
  });
const task: Task<string> = {
  repeated: false,
  act: async (channel) => (await channel.post('/codes', {}, answer)).status,
  find: async (channel) => (await channel.find('/codes/1', answer))?.status,
};
const doneBy = (address: string) => ({ answer: 'DONE', address });
const never: Behaviour = () => new Promise<never>(() => undefined);

describe('a provider with two addresses', () => {
  it.each<[string, Behaviour, object[]]>([
    ['answers', works, [{ address: first, outcome: 'answered' }]],
    ['refuses', answers(400), [{ address: first, outcome: 'refused' }]],
    [
      'has no record of a lost call',
      answers(500),
      [
        { address: first, outcome: 'unknown' },
        { address: first, outcome: 'refused' },
      ],
    ],
    [
      'is unavailable',
      answers(503),
      [
        { address: first, outcome: 'unavailable' },
        { address: second, outcome: 'answered' },
      ],
    ],
  ])('Each call is reported with its outcome when the first address %s', async (_, act, reported) => {
    behaviour[first]!.act = act;
    const measured: object[] = [];
    const onCall: ProviderClientOptions['onCall'] = ({ seconds, ...call }) => {
      expect(seconds).toBeGreaterThanOrEqual(0);
      measured.push(call);
    };
    await client({ onCall, totalMs: 5_000 })
      .perform(task)
      .catch(() => undefined);
    expect(measured).toEqual(reported.map((call) => ({ provider: 'telecom', ...call })));
  });

  it('perform calls the first address, which is named by host and path', async () => {
    await expect(client().perform(task)).resolves.toEqual(doneBy(first));
    expect(calls).toEqual([`POST ${first}`]);
  });

  it.each([
    ['the connection is refused', breaks('ECONNREFUSED')],
    ['the service is unavailable', answers(503)],
    ['there are too many requests', answers(429)],
  ])('perform calls the second address when %s at the first', async (_, act) => {
    behaviour[first]!.act = act;
    await expect(client().perform(task)).resolves.toEqual(doneBy(second));
    expect(calls).toEqual([`POST ${first}`, `POST ${second}`]);
  });

  it.each([
    ['the connection breaks', breaks('ECONNRESET')],
    ['the server fails', answers(500)],
    ['its answer is invalid', () => new Response('<html>')],
    ['it takes too long', never],
  ] satisfies [string, Behaviour][])(
    'perform asks the first address for the outcome, and never calls the second, when %s',
    async (_, act) => {
      behaviour[first]!.act = act;
      const patient = client({ timeoutMs: 50 });
      await expect(patient.perform(task)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
      behaviour[first]!.find = works;
      await expect(patient.perform(task)).resolves.toEqual(doneBy(first));
      expect(new Set(calls)).toEqual(new Set([`POST ${first}`, `GET ${first}`]));
    },
  );

  it('perform does not call the second address with a request that the first refused', async () => {
    behaviour[first]!.act = answers(409);
    await expect(client().perform(task)).rejects.toMatchObject({ name: 'ProviderRefused', status: 409 });
    expect(calls).toEqual([`POST ${first}`]);
  });

  it('perform retries all addresses three times while nothing is done', async () => {
    behaviour[first]!.act = behaviour[second]!.act = answers(503);
    await expect(client().perform(task)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(calls).toEqual(Array.from({ length: 3 }, () => [`POST ${first}`, `POST ${second}`]).flat());
  });

  it('perform calls only the address that may have carried out an earlier call, however it fails', async () => {
    for (const act of [answers(503), breaks('ECONNREFUSED'), breaks('ECONNRESET')]) {
      behaviour[first]!.act = act;
      await expect(client().perform({ ...task, at: first, repeated: true })).rejects.toThrow();
    }
    behaviour[first]!.find = answers(503);
    await expect(client().perform({ ...task, at: first, repeated: true })).rejects.toMatchObject({
      name: 'OutcomeUnknown',
    });
    expect(calls.filter((call) => call.endsWith(second))).toEqual([]);
    expect(calls.at(-1)).toBe(`GET ${first}`);
  });

  it('perform asks every address before it calls one, if any may have carried out an earlier call', async () => {
    behaviour[second]!.find = works;
    await expect(client().perform({ ...task, repeated: true })).resolves.toEqual(doneBy(second));
    behaviour[second]!.find = breaks('ECONNREFUSED');
    await expect(client().perform({ ...task, repeated: true })).rejects.toMatchObject({
      name: 'OutcomeUnknown',
    });
    expect(calls.filter((call) => call.startsWith('POST'))).toEqual([]);
  });

  it('perform records an address before it calls it, and null once nothing was certainly done', async () => {
    const notes: (string | null)[] = [];
    const recordAddress = async (address: string | null) => {
      notes.push(address);
      expect(calls.length).toBeLessThan(notes.length);
    };
    behaviour[first]!.act = answers(503);
    await client().perform({ ...task, recordAddress });
    expect(notes).toEqual([first, second]);
    behaviour[second]!.act = breaks('ECONNREFUSED');
    calls = [];
    notes.length = 0;
    await expect(client().perform({ ...task, recordAddress })).rejects.toMatchObject({
      name: 'ProviderUnavailable',
    });
    expect(notes.at(-1)).toBeNull();
    behaviour[second]!.act = breaks('ECONNRESET');
    calls = [];
    notes.length = 0;
    await expect(client().perform({ ...task, recordAddress })).rejects.toMatchObject({
      name: 'OutcomeUnknown',
    });
    expect(notes).toEqual([first, second]);
  });

  it('perform calls no address that it cannot record', async () => {
    const recordAddress = () => Promise.reject(new Error('no database'));
    await expect(client().perform({ ...task, recordAddress })).rejects.toThrow('no database');
    expect(calls).toEqual([]);
  });

  it('ProviderClient refuses the same address twice', () => {
    expect(() => client({ urls: [`https://${first}`, `https://${first}/`] })).toThrow(RangeError);
    expect(() => client({ urls: [] })).toThrow(RangeError);
  });
});

describe('the total timeout', () => {
  it('perform begins no call that the total timeout would abort', async () => {
    behaviour[first]!.act = () => delay(60).then(answers(503));
    behaviour[second] = { act: never, find: never };
    const since = performance.now();
    const impatient = client({ timeoutMs: 200, totalMs: 400 });
    await expect(impatient.perform(task)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    expect(performance.now() - since).toBeLessThan(3_000);

    behaviour[second].act = () => delay(190).then(answers(503));
    calls = [];
    await expect(impatient.perform(task)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(calls).toEqual([`POST ${first}`, `POST ${second}`]);
  });
});

describe('a circuit', () => {
  /** Stays open longer than a test runs. */
  const circuit = { failures: 3, openMs: 600_000, longestOpenMs: 600_000 };
  /** Lets a probe pass after a millisecond. */
  const brief = { ...circuit, openMs: 1, longestOpenMs: 1 };
  const alone = (options = circuit) => client({ urls: [`https://${first}`], circuit: options });
  const states = () => changes.map((change) => change.circuit);

  it('The circuit opens after consecutive failures and then fails without a call', async () => {
    behaviour[first]!.act = answers(503);
    const telecom = alone();
    await expect(telecom.perform(task)).rejects.toThrow('503');
    expect(states()).toEqual(['closed', 'open']);
    const recordAddress = jest.fn(async () => undefined);
    const failure = await telecom.perform({ ...task, recordAddress }).catch((error: Error) => error);
    expect(failure).toMatchObject({ name: 'ProviderUnavailable' });
    expect(recordAddress.mock.calls).toEqual([[null]]);
    await expect(telecom.perform({ ...task, at: first, repeated: true })).rejects.toMatchObject({
      name: 'OutcomeUnknown',
    });
    expect(calls).toHaveLength(3);
  });

  it('A half-open circuit lets one call pass as a probe and no other', async () => {
    behaviour[first]!.act = answers(503);
    const telecom = alone(brief);
    await expect(telecom.perform(task)).rejects.toThrow();
    await delay(250);
    const answered = Promise.withResolvers<void>();
    behaviour[first]!.act = () => answered.promise.then(works);
    const probe = telecom.perform(task);
    await expect(telecom.perform(task)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    answered.resolve();
    await expect(probe).resolves.toEqual(doneBy(first));
    await expect(telecom.perform(task)).resolves.toEqual(doneBy(first));
    expect(states()).toEqual(['closed', 'open', 'half-open', 'closed']);
    expect(calls).toHaveLength(5);
  });

  it('The circuit opens again if the probe fails', async () => {
    behaviour[first]!.act = answers(503);
    const telecom = alone(brief);
    await expect(telecom.perform(task)).rejects.toThrow();
    await delay(250);
    await expect(telecom.perform(task)).rejects.toThrow();
    expect(states().slice(0, 4)).toEqual(['closed', 'open', 'half-open', 'open']);
  });

  it('The circuit of one address is open while the other address is called at once', async () => {
    behaviour[first]!.act = answers(503);
    const telecom = client({ circuit });
    for (let index = 0; index < 5; index += 1)
      await expect(telecom.perform(task)).resolves.toEqual(doneBy(second));
    expect(calls.filter((call) => call === `POST ${first}`)).toHaveLength(3);
    expect(changes.at(-1)).toEqual({ provider: 'telecom', address: first, circuit: 'open' });
  });

  it('The circuit stays closed after refusals and after 429', async () => {
    const telecom = alone();
    for (const status of [404, 409, 422, 429, 429, 429]) {
      behaviour[first]!.act = answers(status);
      await expect(telecom.perform(task)).rejects.toThrow(String(status));
    }
    expect(states()).toEqual(['closed']);
  });
});
