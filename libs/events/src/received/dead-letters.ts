import type { KafkaMessage } from 'kafkajs';
import type { Publisher } from '../kafka.js';
import type { Rejection } from './read-customer-event.js';

/** A message, and where it is in Kafka. */
export interface PlacedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly message: KafkaMessage;
}

/** Publishes messages that cannot be handled to a topic of their own. */
export class DeadLetters {
  constructor(
    private readonly publisher: Publisher,
    private readonly topic: string,
  ) {}

  /**
   * Publishes a message as it came, with headers that say why and where it was. One that is too large is named only: it is still
   * where it was.
   */
  add(placed: PlacedMessage, rejected: Rejection, at: Date): Promise<void> {
    return this.publisher.publish([{ topic: this.topic, messages: [letterOf(placed, rejected, at)] }]);
  }

  close(): Promise<void> {
    return this.publisher.close();
  }
}

function letterOf({ topic, partition, message }: PlacedMessage, { reason, detail }: Rejection, at: Date) {
  const about = {
    reseal_reason: reason,
    ...(detail === undefined ? {} : { reseal_detail: detail }),
    reseal_topic: topic,
    reseal_partition: String(partition),
    reseal_offset: message.offset,
    reseal_time: at.toISOString(),
  };
  if (reason === 'TOO_LARGE') return { key: null, value: null, headers: about };
  return { key: message.key, value: message.value, headers: { ...message.headers, ...about } };
}
