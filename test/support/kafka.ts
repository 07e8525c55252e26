import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka as CloudEventsInKafka, type CloudEvent, type Message } from 'cloudevents';
import { logLevel, type Kafka, type KafkaMessage } from 'kafkajs';
import { kafkaCredentialsConfig, loadConfig } from '#libs/config';
import { reissueEventTypes, topics } from '#libs/contracts';
import { createKafka, kafkaCredentialsOf } from '#libs/events';
import { z } from 'zod';

/** A CloudEvent as a subscriber receives it. */
export type PublishedEvent = CloudEvent<Record<string, unknown>>;

/** An event with its position in Kafka. */
export interface ReceivedEvent {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  /** The header of this name (W3C Trace Context). */
  readonly traceparent: string | undefined;
  readonly event: PublishedEvent;
}

/** The end offsets of all partitions of the topics at a time. */
export type Bookmark = readonly {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}[];

interface ReadEventsOptions {
  readonly brokers: readonly string[];
  /** Reissue ids and serial numbers. Default: all keys. */
  readonly keys?: readonly string[];
  /** Skips earlier events. Default: reads all events. */
  readonly from?: Bookmark;
  /** Called after each message with all events received. True ends the reading. */
  readonly until: (events: readonly ReceivedEvent[]) => boolean;
  /** How long to continue after that, for events that follow at once. */
  readonly settleMs?: number;
  readonly timeoutMs?: number;
}

const allTopics = Object.values(topics);

/** The current end offsets of Kafka's topics. */
export async function bookmarkEvents(brokers: readonly string[]): Promise<Bookmark> {
  const admin = connectionTo(brokers).admin();
  await admin.connect();
  try {
    const ends = allTopics.map(async (topic) =>
      (await admin.fetchTopicOffsets(topic)).map(({ partition, offset }) => ({ topic, partition, offset })),
    );
    return (await Promise.all(ends)).flat();
  } finally {
    await admin.disconnect();
  }
}

/**
 * All events of these reissues and of their certificates, in order and without repetitions. The events of a reissue are
 * complete when it has started and ended and no number between is missing.
 *
 * @throws Error if they are not complete in time
 */
export async function readEventsOfReissues(
  brokers: readonly string[],
  from: Bookmark,
  reissueIds: readonly string[],
  { timeoutMs = 60_000 }: { readonly timeoutMs?: number } = {},
): Promise<Map<string, PublishedEvent[]>> {
  const stories = new Map(reissueIds.map((id) => [id, new Map<number, PublishedEvent>()]));
  const open = new Set(reissueIds);
  let seen = 0;
  const until = (received: readonly ReceivedEvent[]) => {
    if (received.length < seen) seen = 0; // the reader started again; repeated events have the same number
    for (; seen < received.length; seen++) {
      const { event } = received[seen]!;
      const reissueId = String(event.data?.['reissueId']);
      const story = stories.get(reissueId)?.set(sequenceOf(event), event);
      if (story && isWhole(story)) open.delete(reissueId);
    }
    return open.size === 0;
  };
  if (open.size > 0) await readEvents({ brokers, from, until, settleMs: 300, timeoutMs });
  const inOrder = (story: ReadonlyMap<number, PublishedEvent>) =>
    [...story].sort(([one], [other]) => one - other).map(([, event]) => event);
  return new Map([...stories].map(([id, story]) => [id, inOrder(story)]));
}

/** The number of an event among all events of its reissue, in both topics. */
export function sequenceOf({ id }: Pick<PublishedEvent, 'id'>): number {
  return Number(id.slice(id.lastIndexOf('/') + 1));
}

/** For {@link readEvents}: true when all these rows of the event table were received. */
export function untilAll(
  rows: readonly { readonly stream: string; readonly sequence: number }[],
): ReadEventsOptions['until'] {
  const ids = rows.map(({ stream, sequence }) => `${stream}/${sequence}`);
  let missing = new Set(ids);
  let seen = 0;
  return (events) => {
    if (events.length < seen) {
      // The reader started again, with no event.
      missing = new Set(ids);
      seen = 0;
    }
    for (; seen < events.length; seen++) missing.delete(events[seen]!.event.id);
    return missing.size === 0;
  };
}

const endings: readonly string[] = reissueEventTypes.filter((type) =>
  /\.(registered|rejected|timed-out|cancelled|abandoned|withdrawn)\.v\d+$/.test(type),
);

function isWhole(story: ReadonlyMap<number, PublishedEvent>): boolean {
  const types = [...story.values()].map(({ type }) => type);
  const started = types.some((type) => type.startsWith('reseal.reissue.started.'));
  const ended = types.some((type) => endings.includes(type));
  const numbers = [...story.keys()];
  return started && ended && Math.max(...numbers) - Math.min(...numbers) + 1 === story.size;
}

/**
 * Reads events from Kafka as an independent subscriber: with its own group, which commits no offsets, and with the
 * CloudEvents reference library. Events of one key are in the order of their partition.
 *
 * @throws Error with the received events, if `until` is not satisfied in time
 */
export async function readEvents(options: ReadEventsOptions): Promise<ReceivedEvent[]> {
  const { timeoutMs = 60_000 } = options;
  const received: ReceivedEvent[] = [];
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await readOnce(options, received, deadline);
      return received;
    } catch (error) {
      // Shortly after Kafka's start, its group coordinators are still loading.
      if (Date.now() >= deadline) throw error;
      received.length = 0;
      await delay(250);
    }
  }
}

async function readOnce(
  { brokers, keys, from = [], until, settleMs = 0 }: ReadEventsOptions,
  received: ReceivedEvent[],
  deadline: number,
): Promise<void> {
  const consumer = connectionTo(brokers).consumer({
    groupId: `reseal-reader-${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
  });
  const { promise: satisfied, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new Error(`events did not come in time; received: ${summaryOf(received)}`)),
    Math.max(0, deadline - Date.now()),
  );
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: allTopics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ topic, partition, message }) => {
        const key = message.key?.toString() ?? '';
        if ((keys === undefined || keys.includes(key)) && !isBefore(from, topic, partition, message))
          received.push({
            ...{ topic, partition, offset: message.offset, key },
            traceparent: message.headers?.['traceparent']?.toString(),
            event: eventOf(message),
          });
        if (until(received)) resolve();
        return Promise.resolve();
      },
    });
    for (const position of from) consumer.seek(position);
    await satisfied;
    await delay(settleMs);
  } finally {
    clearTimeout(timer);
    satisfied.catch(() => undefined);
    await consumer.disconnect().catch(() => undefined);
  }
}

function connectionTo(brokers: readonly string[]): Kafka {
  return createKafka(
    { brokers, credentials: kafkaCredentialsOf(loadConfig(z.object(kafkaCredentialsConfig))) },
    {
      clientId: 'reseal-reader',
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 },
    },
  );
}

// A fetch may have begun before the seek takes effect.
function isBefore(from: Bookmark, topic: string, partition: number, { offset }: KafkaMessage): boolean {
  const start = from.find((each) => each.topic === topic && each.partition === partition);
  return start !== undefined && BigInt(offset) < BigInt(start.offset);
}

function eventOf({ key, value, headers }: KafkaMessage): PublishedEvent {
  const text = value?.toString() ?? '';
  const message: Message & { key: string; value: string } = {
    key: key?.toString() ?? '',
    value: text,
    body: text,
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, each]) => [name, String(each)])),
  };
  return CloudEventsInKafka.toEvent<Record<string, unknown>>(message) as PublishedEvent;
}

function summaryOf(received: readonly ReceivedEvent[]): string {
  return received.map(({ event }) => `${event.id} ${event.type}`).join(', ') || 'nothing';
}
