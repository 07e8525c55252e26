import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CustomerEvent } from '#libs/contracts';
import { createKafka, planTopics } from '#libs/events';
import { logLevel, Partitioners, type KafkaMessage, type Message } from 'kafkajs';

/** A topic as the bank's, with a topic for dead letters, and the bank's producer. */
export async function createBankTopic(brokers: readonly string[], partitions = 3) {
  const kafka = createKafka({ brokers }, { clientId: 'spec', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  const topic = `bank.${randomBytes(6).toString('hex')}`;
  const deadLetterTopic = `${topic}.dead-letter`;
  await admin.connect();
  /** Creates a topic, and waits until its partitions have leaders. */
  const create = async (name: string, count = partitions) => {
    const plan = await planTopics({ brokers }, { partitions: count, replicas: 0 }, { own: [name] });
    try {
      for (const step of plan.steps) await step.run();
    } finally {
      await plan.close();
    }
  };
  await create(topic);
  await create(deadLetterTopic, 1);
  await producer.connect();

  /** The messages of a topic, read until there are enough. */
  async function messagesOf(name: string, enough: (messages: readonly KafkaMessage[]) => boolean) {
    const consumer = kafka.consumer({ groupId: `spec-${randomBytes(6).toString('hex')}` });
    const messages: KafkaMessage[] = [];
    await consumer.connect();
    try {
      await consumer.subscribe({ topic: name, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachMessage: ({ message }) => Promise.resolve(void messages.push(message)),
      });
      for (const end = performance.now() + 60_000; !enough(messages); await delay(50))
        if (performance.now() > end) throw new Error(`only ${messages.length} messages came`);
      return messages;
    } finally {
      await consumer.disconnect();
    }
  }

  const created: string[] = [];
  const sendTo = (name: string, ...messages: readonly Message[]) =>
    producer.send({ topic: name, messages: [...messages] });

  return {
    topic,
    deadLetterTopic,
    send: (...messages: readonly Message[]) => sendTo(topic, ...messages),
    sendTo,
    /** Whether this group has committed an offset. */
    async hasCommitted(groupId: string): Promise<boolean> {
      const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return group!.partitions.some(({ offset }) => offset !== '-1');
    },
    /** Creates another topic. */
    async create(name: string): Promise<void> {
      await create(name);
      created.push(name);
    },
    deadLetters: (count: number) => messagesOf(deadLetterTopic, (messages) => messages.length >= count),
    async close(): Promise<void> {
      await producer.disconnect();
      await admin.deleteTopics({ topics: [topic, deadLetterTopic, ...created] });
      await admin.disconnect();
    },
  };
}

/** The event as a message in binary content mode. */
export const binary = (event: CustomerEvent): Message => ({
  key: event.customerId,
  value: JSON.stringify({ customerId: event.customerId }),
  headers: {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_time: event.time.toISOString(),
  },
});

/** The event as a message in structured content mode. */
export const structured = ({ customerId, id, source, type, time }: CustomerEvent): Message => ({
  key: customerId,
  value: JSON.stringify({
    ...{ specversion: '1.0', id, source, type, time: time.toISOString() },
    ...{ datacontenttype: 'application/json', data: { customerId } },
  }),
  headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
});
