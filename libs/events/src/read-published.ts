import { randomUUID } from 'node:crypto';
import { logLevel, type Consumer, type Kafka, type KafkaMessage } from 'kafkajs';
import { createKafka, type KafkaAccess } from './kafka-client.js';

/** An event read from Kafka. */
export interface PublishedEvent {
  readonly topic: string;
  /** A reissue id, a serial number, or `audit`. */
  readonly stream: string;
  readonly sequence: number;
  readonly type: string;
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurredAt: Date;
}

export interface ReadPublishedOptions extends KafkaAccess {
  readonly topics: readonly string[];
  /** `source` of the CloudEvents to read, others are skipped; all of them if undefined. */
  readonly source?: string | undefined;
  /** Reads events published at this time or later; all events if undefined. */
  readonly since?: Date | undefined;
}

interface Range {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  /** Offset after the last message at the start of reading. */
  readonly to: bigint;
}

/**
 * Reads the published events up to the end of the topics at the start of reading, in order for each key. No offsets are
 * committed, so other consumers are not affected.
 */
export async function readPublished(options: ReadPublishedOptions): Promise<PublishedEvent[]> {
  const kafka = createKafka(options, {
    clientId: 'reseal-reader',
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 8 },
  });
  const ranges = (await rangesOf(kafka, options)).filter(({ from, to }) => from < to);
  if (ranges.length === 0) return [];
  const consumer = kafka.consumer({
    groupId: `reseal-reader-${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 200,
  });
  await consumer.connect();
  try {
    return await readRanges(consumer, ranges, options.source);
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
}

async function rangesOf(kafka: Kafka, { topics, since }: ReadPublishedOptions): Promise<Range[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = await admin.listTopics();
    const ranges: Range[] = [];
    for (const topic of topics.filter((each) => existing.includes(each))) {
      const starts = since && (await admin.fetchTopicOffsetsByTimestamp(topic, since.getTime()));
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        const start = starts?.find((each) => each.partition === partition)?.offset;
        ranges.push({ topic, partition, from: later(BigInt(start ?? low), BigInt(low)), to: BigInt(high) });
      }
    }
    return ranges;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

const later = (a: bigint, b: bigint) => (a > b ? a : b);

async function readRanges(
  consumer: Consumer,
  ranges: readonly Range[],
  source: string | undefined,
): Promise<PublishedEvent[]> {
  const events: PublishedEvent[] = [];
  const left = new Map(ranges.map((range) => [`${range.topic}/${range.partition}`, range]));
  const read = Promise.withResolvers<void>();
  consumer.on(consumer.events.CRASH, ({ payload }) => read.reject(payload.error));
  await consumer.subscribe({ topics: [...new Set(ranges.map(({ topic }) => topic))], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const place = `${batch.topic}/${batch.partition}`;
      const range = left.get(place);
      if (!range) return;
      for (const message of batch.messages) {
        const offset = BigInt(message.offset);
        // The first fetch may have started before the seek.
        if (offset < range.from || offset >= range.to) continue;
        const event = eventOf(batch.topic, message, source);
        if (event) events.push(event);
      }
      if (BigInt(batch.lastOffset()) + 1n >= range.to) left.delete(place);
      if (left.size === 0) read.resolve();
    },
  });
  for (const { topic, partition, from } of ranges) consumer.seek({ topic, partition, offset: String(from) });
  await read.promise;
  return events;
}

/** The event of a message; undefined if another source published it. */
function eventOf(
  topic: string,
  { key, value, headers }: KafkaMessage,
  source: string | undefined,
): PublishedEvent | undefined {
  const header = (name: string) => headers?.[name]?.toString() ?? '';
  const id = header('ce_id');
  const end = id.lastIndexOf('/');
  if ((source !== undefined && header('ce_source') !== source) || end < 0) return undefined;
  return {
    topic,
    stream: id.slice(0, end),
    sequence: Number(id.slice(end + 1)),
    type: header('ce_type'),
    key: key?.toString() ?? '',
    data: JSON.parse(value?.toString() ?? '{}') as Record<string, unknown>,
    occurredAt: new Date(header('ce_time')),
  };
}
