import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { CustomerEventKind } from '#libs/domain';
import { kafkaCredentialsOf, KafkaPublisher } from '#libs/events';
import { SandboxClock } from '../clock.js';
import { SandboxConfig } from '../config.js';
import { notFound } from '../problems.js';

interface BankEvent {
  readonly kind: CustomerEventKind;
  readonly id?: string | undefined;
  /** ISO 8601. */
  readonly time?: string | undefined;
}

/** Sends the bank's events about sample people to Kafka, in binary content mode. */
@Injectable()
export class BankEvents implements OnApplicationShutdown {
  private readonly topic: string | undefined;
  private readonly publisher: KafkaPublisher | undefined;

  constructor(
    { values }: SandboxConfig,
    private readonly clock: SandboxClock,
  ) {
    const { kafkaBrokers: brokers, customerEventsTopic: topic } = values;
    if (!brokers || topic === undefined) return;
    this.topic = topic;
    this.publisher = new KafkaPublisher({
      ...{ brokers, clientId: 'bank', topics: [topic], logger: { debug: () => undefined } },
      credentials: kafkaCredentialsOf(values),
    });
  }

  /** @returns the attributes of the event. @throws a problem if no topic is configured */
  async send(customerId: string, { kind, id = randomUUID(), time }: BankEvent) {
    if (!this.publisher || this.topic === undefined)
      throw notFound('The sandbox has no topic for events.', '이벤트 토픽이 설정되지 않았습니다.');
    const at = time ?? this.clock.now().toISOString();
    const attributes = { id, source: '/bank/sandbox', type: `bank.customer.${kind}.v1`, time: at };
    await this.publisher.publish([
      {
        topic: this.topic,
        messages: [
          {
            key: customerId,
            value: JSON.stringify({ customerId }),
            headers: {
              'content-type': 'application/json',
              ce_specversion: '1.0',
              ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value])),
            },
          },
        ],
      },
    ]);
    return attributes;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.publisher?.close();
  }
}
