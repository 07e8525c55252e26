import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventRow } from '#libs/db/events';
import type { Leadership, Term } from '#libs/db/leadership';
import { Registry } from 'prom-client';
import type { Publisher, TopicMessages } from './kafka.js';
import type { Outbox } from './outbox.js';
import { registerRelayMetrics } from './relay-metrics.js';
import type { EventMessage } from './cloud-event.js';
import { EventRelay } from './relay.js';

/** The event table. A row gets its position when it is written, and is visible once it is committed. */
class FakeOutbox implements Outbox {
  rows: EventRow[] = [];
  position = 0;
  marking: 'works' | 'fails' = 'works';

  write(reissueId: string, sequence: number, topic = 'reseal.reissue', key = reissueId): EventRow {
    return {
      stream: reissueId,
      sequence,
      position: String(++this.position),
      topic,
      key,
      type: 'reseal.reissue.started.v1',
      data: {},
      occurred_at: new Date('2026-11-22T00:00:00Z'),
      published_at: null,
      traceparent: null,
    };
  }

  commit(...rows: EventRow[]): void {
    this.rows.push(...rows);
  }

  waiting(limit: number): Promise<EventRow[]> {
    const open = this.rows.filter((row) => row.published_at === null);
    return Promise.resolve(open.sort((a, b) => Number(a.position) - Number(b.position)).slice(0, limit));
  }

  markPublished(events: readonly EventRow[], at: Date): Promise<void> {
    if (this.marking === 'fails') return Promise.reject(new Error('the database is down'));
    for (const event of events) event.published_at = at;
    return Promise.resolve();
  }

  lag() {
    const open = this.rows.filter((row) => row.published_at === null);
    return Promise.resolve({ waiting: open.length, oldest: open[0]?.occurred_at ?? null });
  }
}

/** Kafka. */
class FakeKafka implements Publisher {
  readonly log: { topic: string; key: string; id: string }[] = [];
  state: 'up' | 'down' | 'stuck' = 'up';
  batches = 0;
  unstick: () => void = () => undefined;

  async publish(batch: readonly TopicMessages[]): Promise<void> {
    if (this.state === 'down') throw new Error('Kafka is down');
    if (this.state === 'stuck') await new Promise<void>((done) => (this.unstick = done));
    this.batches++;
    for (const { topic, messages } of batch)
      for (const { key, headers } of messages as readonly EventMessage[])
        this.log.push({ topic, key, id: headers.ce_id! });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  idsOf(key: string): string[] {
    return this.log.filter((each) => each.key === key).map(({ id }) => id);
  }
}

/** The advisory lock, shared by all relays. */
class FakeLock {
  holder: AbortController | undefined;

  copy(): Leadership {
    return {
      tryToLead: (): Promise<Term | undefined> => {
        if (this.holder) return Promise.resolve(undefined);
        const mine = (this.holder = new AbortController());
        const release = () => {
          mine.abort();
          if (this.holder === mine) this.holder = undefined;
          return Promise.resolve();
        };
        return Promise.resolve({ lost: mine.signal, release });
      },
      close: () => Promise.resolve(),
    };
  }

  /** The holder's connection breaks. */
  breakConnection(): void {
    this.holder?.abort();
    this.holder = undefined;
  }
}

let outbox: FakeOutbox;
let kafka: FakeKafka;
let lock: FakeLock;
let relays: EventRelay[];
const logger = { info: jest.fn(), warn: jest.fn() };
const now = new Date('2026-11-22T00:00:10Z');

function startRelay(publisher: Publisher = kafka): EventRelay {
  const relay = new EventRelay({
    outbox,
    publisher,
    leadership: lock.copy(),
    source: '/reseal',
    clock: () => now,
    logger,
    timing: { pollMs: 5, standbyMs: 5, collectMs: 1, firstBackOffMs: 2, longestBackOffMs: 10 },
  });
  relays.push(relay);
  relay.start();
  return relay;
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1_000) throw new Error('the condition was not met in time');
    await delay(2);
  }
}
const empty = () => outbox.rows.every((row) => row.published_at !== null);

beforeEach(() => {
  jest.resetAllMocks();
  outbox = new FakeOutbox();
  kafka = new FakeKafka();
  lock = new FakeLock();
  relays = [];
});
afterEach(async () => {
  kafka.state = 'up';
  kafka.unstick();
  await Promise.all(relays.map((relay) => relay.stop()));
});

describe('the event relay', () => {
  it('The relay publishes waiting events in order, in batches, and marks them', async () => {
    for (let sequence = 1; sequence <= 1_200; sequence++) outbox.commit(outbox.write('ri_a', sequence));
    const relay = startRelay();
    await until(empty);
    expect(kafka.idsOf('ri_a')).toEqual(Array.from({ length: 1_200 }, (_, index) => `ri_a/${index + 1}`));
    expect(kafka.batches).toBe(3);
    expect(relay.published).toBe(1_200);
  });

  it('The relay keeps the order of each key when topics and reissues are mixed', async () => {
    outbox.commit(
      outbox.write('ri_a', 1),
      outbox.write('ri_b', 1),
      outbox.write('ri_a', 2, 'reseal.certificate', '0a'),
      outbox.write('ri_a', 3),
      outbox.write('ri_b', 2, 'reseal.certificate', '0a'),
      outbox.write('ri_b', 3),
    );
    startRelay();
    await until(empty);
    expect(kafka.idsOf('ri_a')).toEqual(['ri_a/1', 'ri_a/3']);
    expect(kafka.idsOf('ri_b')).toEqual(['ri_b/1', 'ri_b/3']);
    expect(kafka.idsOf('0a')).toEqual(['ri_a/2', 'ri_b/2']);
  });

  it('The relay publishes an event that is committed after others with a higher position', async () => {
    const slow = outbox.write('ri_slow', 1);
    outbox.commit(outbox.write('ri_fast', 1));
    startRelay();
    await until(empty);
    outbox.commit(slow);
    await until(empty);
    expect(kafka.log.map(({ id }) => id)).toEqual(['ri_fast/1', 'ri_slow/1']);
  });

  it('The relay loses no event while Kafka is down, keeps the order, and logs the outage once', async () => {
    kafka.state = 'down';
    outbox.commit(outbox.write('ri_a', 1));
    const relay = startRelay();
    await until(() => logger.warn.mock.calls.length > 0);
    outbox.commit(outbox.write('ri_a', 2));
    await delay(50);
    expect(() => relay.check()).toThrow('the event relay fails');
    kafka.state = 'up';
    await until(empty);
    expect(kafka.idsOf('ri_a')).toEqual(['ri_a/1', 'ri_a/2']);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    await until(() => logger.info.mock.calls.some(([message]) => message === 'event relay works again'));
    expect(() => relay.check()).not.toThrow();
  });

  it('The relay sends events that it could not mark again, with the same ids', async () => {
    outbox.marking = 'fails';
    outbox.commit(outbox.write('ri_a', 1));
    startRelay();
    await until(() => kafka.log.length >= 2);
    outbox.commit(outbox.write('ri_a', 2));
    outbox.marking = 'works';
    await until(empty);
    const ids = kafka.idsOf('ri_a');
    expect(new Set(ids)).toEqual(new Set(['ri_a/1', 'ri_a/2']));
    expect(ids.indexOf('ri_a/2')).toBeGreaterThan(ids.indexOf('ri_a/1'));
  });

  it('The relay is active in one process only, and another takes over when it stops', async () => {
    const first = startRelay();
    await until(() => first.active);
    const second = startRelay();
    outbox.commit(outbox.write('ri_a', 1));
    await until(empty);
    expect(second.active).toBe(false);
    expect(second.published).toBe(0);

    await first.stop();
    outbox.commit(outbox.write('ri_a', 2));
    await until(empty);
    expect(first.active).toBe(false);
    expect(second.active).toBe(true);
    expect(kafka.idsOf('ri_a')).toEqual(['ri_a/1', 'ri_a/2']);
  });

  it('The relay sends nothing after it may have lost the lock, and its successor repeats the batch', async () => {
    const slow = new FakeKafka();
    slow.state = 'stuck';
    outbox.commit(outbox.write('ri_a', 1));
    const first = startRelay(slow);
    await until(() => first.active);
    await delay(10);
    lock.breakConnection();
    const second = startRelay();
    await until(() => second.active && empty());
    outbox.commit(outbox.write('ri_a', 2));
    await until(empty);
    slow.unstick();
    await until(() => !first.active);
    expect(slow.idsOf('ri_a')).toEqual(['ri_a/1']);
    expect(kafka.idsOf('ri_a')).toEqual(['ri_a/1', 'ri_a/2']);
  });

  it('The relay finishes the current batch when it is stopped', async () => {
    kafka.state = 'stuck';
    outbox.commit(outbox.write('ri_a', 1));
    const relay = startRelay();
    await until(() => relay.active);
    await delay(10);
    const stopped = relay.stop();
    kafka.unstick();
    await stopped;
    expect(empty()).toBe(true);
    expect(lock.holder).toBeUndefined();
  });

  it('The metrics show the number of waiting events and the age of the oldest', async () => {
    kafka.state = 'down';
    outbox.commit(outbox.write('ri_a', 1), outbox.write('ri_a', 2));
    const relay = startRelay();
    const registry = new Registry();
    registerRelayMetrics(relay, registry);
    await until(() => relay.active);
    expect(await registry.metrics()).toMatch(
      /reseal_outbox_waiting_events 2\n[^]*reseal_outbox_oldest_seconds 10\n[^]*reseal_relay_active 1\n[^]*reseal_events_published_total 0\n/,
    );
    kafka.state = 'up';
    await until(empty);
    expect(await registry.metrics()).toMatch(
      /reseal_outbox_waiting_events 0\n[^]*reseal_outbox_oldest_seconds 0\n[^]*reseal_events_published_total 2\n/,
    );
  });
});
