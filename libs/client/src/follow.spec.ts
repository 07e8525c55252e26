import { describe, expect, it } from '@jest/globals';
import { follow, type FollowSource } from './follow.js';
import type { Reissue } from './generated/types.gen.js';

const at = (state: string) =>
  ({ id: 'r', state, next: { action: state === 'REGISTERED' ? 'NONE' : 'WAIT' } }) as unknown as Reissue;

/** A reissue whose state changes with each event that is sent. */
class ChangingReissue implements FollowSource {
  /** The last event id of each stream at its start. */
  readonly opened: (string | undefined)[] = [];
  private now = 0;

  constructor(
    private readonly states: readonly string[],
    /** Number of events that each stream sends before it breaks off; -1 for no stream. */
    private readonly streams: readonly number[],
  ) {}

  readonly show = () => {
    // Without a stream the state changes with each query.
    if (this.streams[this.opened.length - 1] === -1) this.now += 1;
    return Promise.resolve(at(this.states[Math.min(this.now, this.states.length - 1)]!));
  };

  readonly events = (lastEventId: string | undefined) => {
    const count = this.streams[this.opened.length] ?? 0;
    this.opened.push(lastEventId);
    if (count < 0) return Promise.resolve(new Response('', { status: 503 }));
    let sent = 0;
    const body = new ReadableStream({
      pull: (stream) => {
        if (sent === count) return stream.close();
        sent += 1;
        this.now += 1;
        stream.enqueue(new TextEncoder().encode(`: heartbeat\n\nid: ${this.now}\nevent: x\ndata: {}\n\n`));
      },
    });
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  };
}

async function statesOf(source: ChangingReissue): Promise<string[]> {
  const seen: string[] = [];
  for await (const { state } of follow(source, { pollMs: 1 })) seen.push(state);
  return seen;
}

const states = ['IDENTITY_REQUIRED', 'PASSWORD_REQUIRED', 'CONSENT_REQUIRED', 'ISSUED', 'REGISTERED'];

describe('a reissue is followed to its end', () => {
  it('A reissue is followed to its end by one stream', async () => {
    const source = new ChangingReissue(states, [4]);
    const seen = await statesOf(source);
    expect(seen.at(-1)).toBe('REGISTERED');
    expect(source.opened).toEqual([undefined]);
  });

  it('A reissue is followed by streams that break off, each resumed after the last event', async () => {
    const source = new ChangingReissue(states, [1, 2, 1]);
    const seen = await statesOf(source);
    expect(seen.at(-1)).toBe('REGISTERED');
    expect(source.opened).toEqual([undefined, '1', '3']);
  });

  it('A reissue is followed by polling if there is no stream', async () => {
    const source = new ChangingReissue(states, [-1, -1, -1, -1, -1, -1]);
    expect((await statesOf(source)).at(-1)).toBe('REGISTERED');
  });

  it('A followed reissue is yielded once for each change', async () => {
    const seen = await statesOf(new ChangingReissue(states, [0, 0, 4]));
    expect(seen).toEqual([...new Set(seen)]);
  });
});

it('A silent stream counts as lost', async () => {
  let streams = 0;
  const silent: FollowSource = {
    show: () => Promise.resolve(at(streams < 3 ? 'ISSUED' : 'REGISTERED')),
    events: (_, signal) => {
      streams += 1;
      const body = new ReadableStream({
        start: (stream) => signal.addEventListener('abort', () => stream.error(signal.reason)),
      });
      return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    },
  };
  const seen: string[] = [];
  for await (const { state } of follow(silent, { pollMs: 1, silenceMs: 20 })) seen.push(state);
  expect(seen).toEqual(['ISSUED', 'REGISTERED']);
});

it('`follow` throws the problem of a reissue that does not exist', async () => {
  const stranger: FollowSource = {
    show: () => Promise.reject(new Error('not asked')),
    events: () => Promise.resolve(new Response('', { status: 404 })),
  };
  await expect(follow(stranger).next()).rejects.toMatchObject({ status: 404 });
});

it('A signal ends `follow` without an error', async () => {
  const stop = new AbortController();
  const following = follow(new ChangingReissue(states, [0, 0, 0, 0]), {
    signal: stop.signal,
    pollMs: 60_000,
  });
  expect((await following.next()).value).toBeDefined();
  const next = following.next();
  stop.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});
