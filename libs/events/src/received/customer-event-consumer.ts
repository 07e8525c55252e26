import { setTimeout as delay } from 'node:timers/promises';
import type { CustomerEvent } from '#libs/contracts';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import { logLevel, type Admin, type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';
import { createKafka, type KafkaAccess } from '../kafka-client.js';
import { KafkaPublisher } from '../kafka.js';
import { DeadLetters, type PlacedMessage } from './dead-letters.js';
import { readCustomerEvent, type DeadLetterReason, type Rejection } from './read-customer-event.js';

export interface CustomerEventConsumerOptions extends KafkaAccess {
  /** The bank's topic. */
  readonly topic: string;
  /** Consumers of one group share the partitions, and the offsets. */
  readonly groupId: string;
  readonly deadLetterTopic: string;
  /** Handles an event once, however often it comes. @returns the outcome, for the metrics */
  readonly handle: (event: CustomerEvent) => Promise<string>;
  /** Whether a failure of `handle` does not go away by itself. */
  readonly isPermanent: (error: unknown) => boolean;
  /** Throws while this process must not work. */
  readonly admit?: () => void;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'debug'>;
  /** The wait before the nth try again, in milliseconds. */
  readonly backOffMs?: (attempt: number) => number;
  /** Called for each handled message. */
  readonly onHandled?: (type: string, outcome: string) => void;
  /** Called for each message that became a dead letter. */
  readonly onDeadLetter?: (reason: DeadLetterReason) => void;
}

/** The tries of the message that a partition waits for. */
interface Failing {
  readonly offset: string;
  readonly since: number;
  attempts: number;
}

/** As often a message is tried whose handling fails for good, because a race that is over by now may have been the cause. */
const attemptsOfPermanentFailure = 5;
/** Partitions whose messages are handled at the same time. */
const partitionsAtOnce = 3;
const reconnectMs = 2_000;
/** How long the end of the process waits for Kafka. */
const leaveWithinMs = 5_000;
const doubledTo60s = (attempt: number) => Math.min(60_000, 500 * 2 ** attempt);

/**
 * Handles the bank's events about customers, in the order of each partition, at least once: the offset of a message is committed
 * after its handling. A message that is not valid becomes a dead letter. One whose handling fails is tried again with growing waits,
 * and only its partition waits with it.
 */
export class CustomerEventConsumer {
  private readonly kafka: Kafka;
  private readonly consumer: Consumer;
  private readonly deadLetters: DeadLetters;
  private readonly failing = new Map<number, Failing>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly stopping = new AbortController();
  private admin: Promise<Admin> | undefined;
  private starting: Promise<void> = Promise.resolve();
  /** Since when this process has not been a member of the group. */
  private outSince: number | undefined;

  constructor(private readonly options: CustomerEventConsumerOptions) {
    const { logger, groupId, deadLetterTopic } = options;
    this.kafka = createKafka(options, {
      clientId: 'reseal-customer-events',
      connectionTimeout: 2_000,
      requestTimeout: 10_000,
      retry: { retries: 3, initialRetryTime: 200, maxRetryTime: 2_000 },
      logLevel: logLevel.INFO,
      logCreator:
        () =>
        ({ namespace, log }) =>
          logger.debug({ kafka: namespace }, log.message),
    });
    this.consumer = this.kafka.consumer({
      groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 500,
      retry: { retries: 3, restartOnFailure: () => Promise.resolve(true) },
    });
    this.consumer.on(this.consumer.events.CRASH, ({ payload: { error, restart } }) => {
      logger.warn({ err: error }, 'events of the bank cannot be received; trying again');
      this.outSince ??= performance.now();
      // kafkajs gives up what a new try cannot mend by itself, such as a missing right.
      if (!restart && !this.stopping.signal.aborted) this.starting = this.connect(reconnectMs);
    });
    this.consumer.on(this.consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.outSince = undefined;
      // Another worker has the other partitions now.
      const assigned = memberAssignment[options.topic] ?? [];
      for (const partition of this.failing.keys())
        if (!assigned.includes(partition)) this.failing.delete(partition);
    });
    this.deadLetters = new DeadLetters(
      new KafkaPublisher({ ...options, clientId: 'reseal-dead-letters', topics: [deadLetterTopic] }),
      deadLetterTopic,
    );
  }

  start(): void {
    this.outSince = performance.now();
    this.starting = this.connect();
  }

  /**
   * Finishes the message at hand, and leaves the group. A client that is just joining the group would first wait for its
   * other members; Kafka notices the end of such a client by itself.
   */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.race([this.leave(), delay(leaveWithinMs, undefined, { ref: false })]);
  }

  private async leave(): Promise<void> {
    await this.starting;
    await this.consumer.disconnect();
    await this.deadLetters.close();
    await this.admin?.then((admin) => admin.disconnect()).catch(() => undefined);
  }

  /** For how long nothing could be received, or the handling of a message has failed, in seconds; 0 if all is well. */
  get failingSeconds(): number {
    const since = Math.min(
      this.outSince ?? Infinity,
      ...[...this.failing.values()].map((each) => each.since),
    );
    return Number.isFinite(since) ? (performance.now() - since) / 1_000 : 0;
  }

  /** The number of messages in the topic that the group has not handled. */
  async lag(): Promise<number> {
    const { topic, groupId } = this.options;
    const admin = await (this.admin ??= this.connectAdmin());
    const [ends, [group]] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId, topics: [topic] }),
    ]);
    const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    return ends
      .map(({ partition, high, low }) => Number(high) - Math.max(committed.get(partition) ?? 0, Number(low)))
      .reduce((sum, each) => sum + Math.max(0, each), 0);
  }

  private connectAdmin(): Promise<Admin> {
    const admin = this.kafka.admin();
    const connected = admin.connect().then(() => admin);
    connected.catch(() => (this.admin = undefined));
    return connected;
  }

  private async connect(afterMs = 0): Promise<void> {
    const { topic, logger } = this.options;
    const { signal } = this.stopping;
    await delay(afterMs, undefined, { signal }).catch(() => undefined);
    while (!signal.aborted)
      try {
        await this.consumer.connect();
        await this.consumer.subscribe({ topic, fromBeginning: true });
        await this.consumer.run({
          eachBatchAutoResolve: false,
          autoCommitInterval: 1_000,
          partitionsConsumedConcurrently: partitionsAtOnce,
          eachBatch: (batch) => this.handleBatch(batch),
        });
        return;
      } catch (err) {
        logger.warn({ err }, 'events of the bank cannot be received yet');
        await delay(reconnectMs, undefined, { signal }).catch(() => undefined);
      }
  }

  private async handleBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isRunning, isStale } = payload;
    const { topic, partition } = batch;
    for (const message of batch.messages) {
      if (this.stopping.signal.aborted || !isRunning() || isStale()) return;
      try {
        await this.handleMessage({ topic, partition, message });
      } catch (err) {
        this.tryLater(payload, message.offset, err);
        return;
      }
      this.failing.delete(partition);
      resolveOffset(message.offset);
      await heartbeat();
      await commitOffsetsIfNecessary();
    }
  }

  private async handleMessage(placed: PlacedMessage): Promise<void> {
    const { admit, clock, handle, isPermanent, onHandled } = this.options;
    admit?.();
    const read = readCustomerEvent(placed.message, clock());
    if (!read) return;
    if ('rejected' in read) return this.reject(placed, read.rejected);
    const { event } = read;
    try {
      const outcome = await handle(event);
      onHandled?.(event.type, outcome);
    } catch (error) {
      const { attempts } = this.failingAt(placed.partition, placed.message.offset);
      if (!isPermanent(error) || attempts + 1 < attemptsOfPermanentFailure) throw error;
      await this.reject(placed, { reason: 'HANDLING_FAILED' });
    }
  }

  private async reject(placed: PlacedMessage, rejected: Rejection): Promise<void> {
    const { logger, clock, onDeadLetter } = this.options;
    await this.deadLetters.add(placed, rejected, clock());
    onDeadLetter?.(rejected.reason);
    const { topic, partition, message } = placed;
    logger.warn({ topic, partition, offset: message.offset, ...rejected }, 'a message is a dead letter');
  }

  private failingAt(partition: number, offset: string): Failing {
    const failing = this.failing.get(partition);
    return failing?.offset === offset ? failing : { offset, since: performance.now(), attempts: 0 };
  }

  /** Pauses the partition, and resumes it after a while. Kafka then delivers the message again. */
  private tryLater({ batch, pause }: EachBatchPayload, offset: string, err: unknown): void {
    const { logger, backOffMs = doubledTo60s } = this.options;
    const { topic, partition } = batch;
    const failing = this.failingAt(partition, offset);
    const waitMs = backOffMs(failing.attempts);
    failing.attempts += 1;
    this.failing.set(partition, failing);
    logger.warn(
      { err, topic, partition, offset, attempts: failing.attempts, waitMs },
      'the handling of an event failed',
    );
    const resume = pause();
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      resume();
    }, waitMs);
    this.timers.add(timer);
  }
}
