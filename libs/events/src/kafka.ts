import { connect, type Socket } from 'node:net';
import type { Logger } from '#libs/observability';
import { Kafka, logLevel, Partitioners, type ICustomPartitioner, type Producer } from 'kafkajs';
import type { EventMessage } from './cloud-event.js';

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Made on connecting where they do not exist, with the broker's own number of replicas. */
  readonly topics: readonly string[];
  /** Partitions of topics made here: events of one key stay in one of them. */
  readonly partitions?: number;
  readonly logger: Pick<Logger, 'debug'>;
  /** Where a broker that calls itself so is reached, if not there. */
  readonly route?: (broker: BrokerAddress) => BrokerAddress;
}

interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** Messages for one topic, in order. */
export interface TopicMessages {
  readonly topic: string;
  readonly messages: readonly EventMessage[];
}

export interface Publisher {
  /** Resolves once all brokers concerned hold all messages. After a rejection any of them may have been sent. */
  publish(batch: readonly TopicMessages[]): Promise<void>;
  close(): Promise<void>;
}

/** A producer on a silent connection is given up after two of these, so within ten seconds. */
const requestTimeoutMs = 4_000;
const keepAliveInitialDelay = 2_000;
const defaultPartitions = 6;

/**
 * Publishes to Kafka with an idempotent producer, `acks=all`, one request at a time. It connects at the first
 * batch, and anew after every failure.
 */
export class KafkaPublisher implements Publisher {
  private readonly kafka: Kafka;
  private producer: Promise<Producer> | undefined;
  /** Where the partitioner put the messages of the batch under way. */
  private readonly assigned = new Set<string>();

  constructor(private readonly options: KafkaOptions) {
    this.kafka = new Kafka({
      clientId: options.clientId,
      brokers: [...options.brokers],
      connectionTimeout: 2_000,
      requestTimeout: requestTimeoutMs,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
      socketFactory: ({ host, port, onConnect }) => this.reach({ host, port }, onConnect),
      logLevel: logLevel.INFO,
      // Failures reach the caller as errors; what kafkajs says about them meanwhile is detail.
      logCreator:
        () =>
        ({ namespace, log }) =>
          options.logger.debug({ kafka: namespace }, log.message),
    });
  }

  async publish(batch: readonly TopicMessages[]): Promise<void> {
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
      // kafkajs asks each broker once: if a partition moved to one that had already answered, its messages stay behind.
      const held = new Set(acknowledged.map(({ topicName, partition }) => `${topicName}/${partition}`));
      if ([...this.assigned].some((partition) => !held.has(partition)))
        throw new Error('Kafka did not acknowledge every partition');
    } catch (error) {
      // A new producer numbers its messages anew. With the old one's numbers, a batch of as many other messages
      // would be taken for a repetition of the one whose acknowledgement was lost, and dropped.
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

  private reach(broker: BrokerAddress, onConnect: () => void): Socket {
    const address = this.options.route?.(broker) ?? broker;
    return connect({ ...address, keepAlive: true, keepAliveInitialDelay }, onConnect);
  }

  private async connect(): Promise<Producer> {
    await this.ensureTopics();
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: this.recordingPartitioner,
      // Not oftener: kafkajs repeats on the same connection. The caller does so with a new producer.
      retry: { retries: 1, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    await producer.connect();
    return producer;
  }

  /** The partitioner of the Java clients, so that every producer puts a key into the same partition. */
  private readonly recordingPartitioner: ICustomPartitioner = () => {
    const partitionOf = Partitioners.DefaultPartitioner();
    return (message) => {
      const partition = partitionOf(message);
      this.assigned.add(`${message.topic}/${partition}`);
      return partition;
    };
  };

  private async ensureTopics(): Promise<void> {
    const { topics, partitions = defaultPartitions } = this.options;
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      const existing = await admin.listTopics();
      const missing = topics.filter((topic) => !existing.includes(topic));
      if (missing.length > 0)
        await admin.createTopics({
          waitForLeaders: true,
          topics: missing.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: -1 })),
        });
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

async function disconnect(producer: Promise<Producer>): Promise<void> {
  await producer.then((connected) => connected.disconnect()).catch(() => undefined);
}
