import type { Logger } from '#libs/observability';
import {
  logLevel,
  Partitioners,
  type ICustomPartitioner,
  type Kafka,
  type Message,
  type Producer,
} from 'kafkajs';
import { createKafka, type KafkaAccess } from './kafka-client.js';
import { defaultPartitions, topicToCreate } from './topics.js';

export interface KafkaOptions extends KafkaAccess {
  readonly clientId: string;
  /** Created on connecting if they do not exist, with the broker's default number of replicas. */
  readonly topics: readonly string[];
  /** Number of partitions of topics that are created here. Events of one key are in one partition. */
  readonly partitions?: number;
  readonly logger: Pick<Logger, 'debug'>;
}

/** Messages for one topic, in order. */
export interface TopicMessages {
  readonly topic: string;
  readonly messages: readonly Pick<Message, 'key' | 'value' | 'headers'>[];
}

export interface Publisher {
  /** Resolves once all in-sync replicas have all messages. After a rejection any of them may have been sent. */
  publish(batch: readonly TopicMessages[]): Promise<void>;
  close(): Promise<void>;
}

/** A producer on a dead connection is dropped after two of these, so within ten seconds. */
const requestTimeoutMs = 4_000;

/**
 * Publishes to Kafka with an idempotent producer, `acks=all`, one batch at a time. It connects at the first batch, and
 * reconnects after every failure.
 */
export class KafkaPublisher implements Publisher {
  private readonly kafka: Kafka;
  private producer: Promise<Producer> | undefined;
  /** Ends when the batches before have. */
  private last: Promise<unknown> = Promise.resolve();
  /** Partitions that the messages of the current batch were assigned to. */
  private readonly assigned = new Set<string>();

  constructor(private readonly options: KafkaOptions) {
    this.kafka = createKafka(options, {
      clientId: options.clientId,
      connectionTimeout: 2_000,
      requestTimeout: requestTimeoutMs,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
      logLevel: logLevel.INFO,
      // The caller gets failures as errors, so kafkajs's own messages are logged as detail only.
      logCreator:
        () =>
        ({ namespace, log }) =>
          options.logger.debug({ kafka: namespace }, log.message),
    });
  }

  publish(batch: readonly TopicMessages[]): Promise<void> {
    const sent = this.last.then(() => this.send(batch));
    this.last = sent.catch(() => undefined);
    return sent;
  }

  private async send(batch: readonly TopicMessages[]): Promise<void> {
    const producer = (this.producer ??= this.connect());
    try {
      this.assigned.clear();
      const acknowledged = await (
        await producer
      ).sendBatch({
        acks: -1,
        timeout: requestTimeoutMs,
        topicMessages: batch.map(({ topic, messages }) => ({ topic, messages: [...messages] })),
      });
      // kafkajs sends to each broker once: if a partition moves to a broker that was already served, its messages are not sent.
      const held = new Set(acknowledged.map(({ topicName, partition }) => `${topicName}/${partition}`));
      if ([...this.assigned].some((partition) => !held.has(partition)))
        throw new Error('Kafka did not acknowledge every partition');
    } catch (error) {
      // The old producer would give the next batch the sequence numbers of this one. If only the acknowledgement was lost,
      // Kafka would treat the next batch as a repetition and drop it. A new producer starts a new sequence.
      this.producer = undefined;
      void disconnect(producer);
      throw error;
    }
  }

  async close(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    if (producer) await disconnect(producer);
  }

  private async connect(): Promise<Producer> {
    await this.ensureTopics();
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: this.recordingPartitioner,
      // One retry only: kafkajs retries on the same connection, whereas the caller retries with a new producer.
      retry: { retries: 1, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    await producer.connect();
    return producer;
  }

  /** The default partitioner of the Java clients, so that all producers use the same partition for a key. */
  private readonly recordingPartitioner: ICustomPartitioner = () => {
    const partitionOf = Partitioners.DefaultPartitioner();
    return (message) => {
      const partition = partitionOf(message);
      this.assigned.add(`${message.topic}/${partition}`);
      return partition;
    };
  };

  private async ensureTopics(): Promise<void> {
    const { topics: wanted, partitions = defaultPartitions } = this.options;
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      const existing = await admin.listTopics();
      const missing = wanted.filter((topic) => !existing.includes(topic));
      if (missing.length > 0)
        await admin.createTopics({
          waitForLeaders: true,
          topics: missing.map((topic) => topicToCreate(topic, { partitions })),
        });
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

async function disconnect(producer: Promise<Producer>): Promise<void> {
  await producer.then((connected) => connected.disconnect()).catch(() => undefined);
}
