import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { createCustomerEventHandler } from '#activities/customer-events';
import { createDatabase, type Database } from '#libs/db';
import type { CustomerEvent } from '#libs/contracts';
import type { CustomerEventKind } from '#libs/domain';
import { CustomerEventConsumer, type CustomerEventConsumerOptions } from '#libs/events';
import type { Message } from 'kafkajs';
import { environmentOf } from '../../support/app-environment.js';
import { binary, createBankTopic, structured } from '../../support/bank-topic.js';
import type { Task } from '../../support/customer-event-victim.js';
import { until } from '../../support/until.js';
import { bankEvent } from '../../world/bank-events.js';
import { asSpec, createTestDatabase, type TestDatabase } from '../../world/test-database.js';

jest.setTimeout(180_000);

const brokers = (environmentOf('worker')['RESEAL_KAFKA_BROKERS'] ?? '').split(',');
let database: TestDatabase;
let owner: Database;
let bank: Awaited<ReturnType<typeof createBankTopic>>;
let worker: Database;
const consumers: CustomerEventConsumer[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  owner = createDatabase({ url: database.urlOf('owner'), ...asSpec });
  worker = createDatabase({ url: database.urlOf('worker'), ...asSpec });
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
  await bank.close();
});
afterAll(async () => {
  await worker.destroy();
  await owner.destroy();
  await database.drop();
});

/** A customer of the bank. */
async function customer(): Promise<{ readonly bankId: string }> {
  const bankId = `K-${randomUUID()}`;
  const ci = randomBytes(64).toString('base64');
  await owner
    .insertInto('customer')
    .values({
      ...{ customer_id: randomUUID(), customer_ref: randomBytes(16).toString('hex'), ci, name: '홍가상' },
      ...{ mobile: '01000000000', bank_code: '999', account_number: '1', created_at: new Date() },
      bank_customer_id: bankId,
    })
    .execute();
  return { bankId };
}

const ago = (ms: number) => new Date(Date.now() - ms);
let clockTicks = 0;
/** An event that happened a millisecond after the one before. */
const event = (kind: CustomerEventKind, person: { readonly bankId: string }): CustomerEvent =>
  bankEvent(kind, person, { time: new Date(ago(60_000).getTime() + clockTicks++) });

/** What was handled, in this order. */
interface Handled {
  readonly id: string;
  readonly outcome: string;
}

/** Starts a consumer. @param fail throws if the handling of an event is to fail */
function receive(
  options: Partial<CustomerEventConsumerOptions> & { readonly fail?: (event: CustomerEvent) => void } = {},
): { readonly handled: Handled[]; readonly consumer: CustomerEventConsumer } {
  const handled: Handled[] = [];
  const logger = pino({ level: 'silent' });
  const clock = () => new Date();
  const handle = createCustomerEventHandler({
    ...{ db: worker, clock, logger },
    temporal: { workflow: undefined as never },
    outbox: { sendSoon: () => undefined },
  });
  const { topic, deadLetterTopic } = bank;
  const consumer = new CustomerEventConsumer({
    ...{ brokers, topic, deadLetterTopic, clock, logger },
    groupId: topic,
    handle: async (received) => {
      options.fail?.(received);
      const { outcome } = await handle(received);
      handled.push({ id: received.id, outcome });
      return outcome;
    },
    isPermanent: (error) => error instanceof TypeError,
    backOffMs: () => 50,
    ...options,
  });
  consumers.push(consumer);
  consumer.start();
  return { handled, consumer };
}

const has = (handled: readonly Handled[], ...events: readonly CustomerEvent[]) =>
  until('the events to be handled', () => events.every(({ id }) => handled.some((each) => each.id === id)));
const idsOf = (handled: readonly Handled[]) => handled.map(({ id }) => id);

describe("the consumer of the bank's events", () => {
  // A topic of its own for each test.
  beforeEach(async () => {
    bank = await createBankTopic(brokers);
  });

  it('Events in both content modes are handled, in order for each customer', async () => {
    const people = await Promise.all([customer(), customer(), customer()]);
    const events = Array.from({ length: 30 }, (_, index) => event('contact-changed', people[index % 3]!));
    await bank.send(...events.map((each, index) => (index % 2 ? binary : structured)(each)));
    const { handled, consumer } = receive();
    expect(consumer.failingSeconds).toBeGreaterThan(0); // until it is a member of the group
    await has(handled, ...events);
    expect(consumer.failingSeconds).toBe(0);
    for (const { bankId } of people) {
      const sent = events.filter(({ customerId }) => customerId === bankId).map(({ id }) => id);
      expect(idsOf(handled).filter((id) => sent.includes(id))).toEqual(sent);
    }
    expect(new Set(handled.map(({ outcome }) => outcome))).toEqual(new Set(['DONE']));
  });

  it('An event that is sent twice, and a replay of the whole topic, change nothing', async () => {
    const person = await customer();
    const events = (['fraud-suspected', 'contact-changed', 'fraud-cleared'] as const).map((kind) =>
      event(kind, person),
    );
    await bank.send(...[...events, ...events].map(binary));
    const { handled } = receive();
    await until('all messages', () => handled.length === 6);
    expect(handled.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(3).fill('DONE'),
      ...Array<string>(3).fill('REPEATED'),
    ]);
    const before = await everything();

    const again = receive({ groupId: `${bank.topic}-again` });
    await until('all messages again', () => again.handled.length === 6);
    expect(again.handled.map(({ outcome }) => outcome)).toEqual(Array<string>(6).fill('REPEATED'));
    expect(await everything()).toEqual(before);
  });

  it('An event that arrives after a later one about the same fact changes nothing', async () => {
    const person = await customer();
    const [suspected, cleared] = [event('fraud-suspected', person), event('fraud-cleared', person)];
    await bank.send(binary(cleared), binary(suspected));
    const { handled } = receive();
    await has(handled, suspected);
    expect(handled).toEqual([
      { id: cleared.id, outcome: 'DONE' },
      { id: suspected.id, outcome: 'OUTDATED' },
    ]);
  });

  it('Messages that are not valid become dead letters with their reason, and the next events are handled', async () => {
    const person = await customer();
    const good = event('contact-changed', person);
    const without = (name: string): Message => {
      const { [name]: _, ...headers } = binary(good).headers!;
      return { ...binary(good), headers };
    };
    const other = (headers: Record<string, string>): Message => ({
      ...binary(good),
      headers: { ...binary(good).headers, ...headers },
    });
    const invalid: readonly (readonly [string, Message])[] = [
      ['MALFORMED', { key: person.bankId, value: null }],
      ['MALFORMED', { ...binary(good), value: '{"customerId":' }],
      ['MALFORMED', { ...binary(good), value: Buffer.from([0xff, 0xfe]) }],
      ['MALFORMED', { key: person.bankId, value: 'an avro record' }],
      ['MALFORMED', without('ce_specversion')],
      ['MALFORMED', { ...structured(good), value: '"text"' }],
      ['INVALID', { ...structured(good), value: '[]' }],
      ['INVALID', without('ce_id')],
      ['INVALID', without('ce_type')],
      ['INVALID', without('ce_time')],
      ['INVALID', other({ ce_specversion: '2.0' })],
      ['INVALID', other({ ce_time: 'yesterday' })],
      ['INVALID', other({ ce_source: 'x'.repeat(257) })],
      ['INVALID', other({ ce_id: 'a\u0000b' })],
      ['INVALID', other({ 'content-type': 'application/xml' })],
      ['INVALID', { ...binary(good), value: '{"customerId":42}' }],
      ['INVALID', { ...binary(good), value: 'null' }],
      ['UNKNOWN_VERSION', other({ ce_type: 'bank.customer.fraud-suspected.v2' })],
      ['OTHER_KEY', { ...binary(good), key: 'another' }],
      ['OTHER_KEY', { ...binary(good), key: null }],
      ['IN_FUTURE', other({ ce_time: new Date(Date.now() + 3_600_000).toISOString() })],
      ['TOO_LARGE', { ...binary(good), value: JSON.stringify({ ...person, padding: 'x'.repeat(100_000) }) }],
    ];
    const ignored = other({ ce_type: 'bank.customer.merged.v1', ce_id: 'for another consumer' });
    const inOnePartition = [...invalid.map(([, message]) => message), ignored, binary(good)];
    await bank.send(...inOnePartition.map((message) => ({ ...message, partition: 0 })));

    const { handled } = receive();
    await has(handled, good);
    expect(handled).toEqual([{ id: good.id, outcome: 'DONE' }]);
    const letters = await bank.deadLetters(invalid.length);
    const headerOf = (letter: (typeof letters)[number], name: string) => letter.headers?.[name]?.toString();
    expect(letters.map((letter) => headerOf(letter, 'reseal_reason'))).toEqual(
      invalid.map(([reason]) => reason),
    );
    for (const [index, letter] of letters.entries()) {
      expect(headerOf(letter, 'reseal_topic')).toBe(bank.topic);
      expect(headerOf(letter, 'reseal_offset')).toBe(String(index));
      const [reason, { value, headers = {} }] = invalid[index]!;
      if (reason === 'TOO_LARGE') expect(letter.value).toBeNull();
      else expect(letter.value).toEqual(value === null ? null : Buffer.from(value));
      if (reason !== 'TOO_LARGE')
        for (const [name, each] of Object.entries(headers)) expect(headerOf(letter, name)).toBe(each);
    }
  });

  it('A failing event is tried again and holds back only its partition', async () => {
    const people = await Promise.all([customer(), customer()]);
    const [first, second] = [event('contact-changed', people[0]), event('name-changed', people[0])];
    const elsewhere = event('contact-changed', people[1]);
    await bank.send(
      { ...binary(first), partition: 0 },
      { ...binary(second), partition: 0 },
      { ...binary(elsewhere), partition: 1 },
    );
    let down = true;
    let tries = 0;
    const { handled, consumer } = receive({
      fail: ({ id }) => {
        if (id !== first.id) return;
        tries += 1;
        if (down) throw new Error('PostgreSQL is down');
      },
    });
    await has(handled, elsewhere);
    await until('some tries', () => tries > 6);
    expect(idsOf(handled)).toEqual([elsewhere.id]);
    expect(consumer.failingSeconds).toBeGreaterThan(0);
    down = false;
    await has(handled, first, second);
    expect(idsOf(handled)).toEqual([elsewhere.id, first.id, second.id]);
    await until('no failing event', () => consumer.failingSeconds === 0);
  });

  it('An event whose handling fails for good becomes a dead letter after five tries', async () => {
    const person = await customer();
    const [poison, next] = [event('name-changed', person), event('contact-changed', person)];
    await bank.send(binary(poison), binary(next));
    let tries = 0;
    const { handled } = receive({
      fail: ({ id }) => {
        if (id !== poison.id) return;
        tries += 1;
        throw new TypeError('a bug');
      },
    });
    await has(handled, next);
    expect(idsOf(handled)).toEqual([next.id]);
    expect(tries).toBe(5);
    const [letter] = await bank.deadLetters(1);
    expect(letter?.headers?.['reseal_reason']?.toString()).toBe('HANDLING_FAILED');
    expect(letter?.headers?.['ce_id']?.toString()).toBe(poison.id);
  });

  it('A worker that is killed between the effect and the commit of the offset leaves one effect', async () => {
    const person = await customer();
    const suspected = event('fraud-suspected', person);
    await bank.send(binary(suspected));
    const victim = fork(join(import.meta.dirname, '../../support/customer-event-victim.ts'), {
      execArgv: [
        '--conditions=source',
        '--experimental-transform-types',
        '--disable-warning=ExperimentalWarning',
        `--import=${join(import.meta.dirname, '../../support/typescript.mjs')}`,
      ],
      env: { PATH: process.env.PATH },
    });
    const { topic, deadLetterTopic } = bank;
    const task: Task = {
      ...{ brokers, topic, deadLetterTopic, groupId: topic },
      databaseUrl: database.urlOf('worker'),
    };
    victim.send(task);
    const [, signal] = (await once(victim, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    const before = await everything();
    expect(before.received.map(({ id }) => id)).toContain(suspected.id);

    expect(await bank.hasCommitted(topic)).toBe(false);

    // Another group begins where the killed one would, but does not wait until Kafka notices that it was killed.
    const { handled } = receive({ groupId: `${topic}-after` });
    await has(handled, suspected);
    expect(handled).toEqual([{ id: suspected.id, outcome: 'REPEATED' }]);
    expect(await everything()).toEqual(before);
  });

  it('A consumer whose topic does not exist yet receives events when it does', async () => {
    const person = await customer();
    const later = event('contact-changed', person);
    const topic = `${bank.topic}.later`;
    const { handled, consumer } = receive({ topic });
    await until('a failed start', () => consumer.failingSeconds > 2);
    await bank.create(topic);
    await bank.sendTo(topic, binary(later));
    await has(handled, later);
    await until('a member of the group', () => consumer.failingSeconds === 0);
  });

  it('The lag counts the messages that the group has not handled', async () => {
    const person = await customer();
    const events = Array.from({ length: 5 }, () => event('contact-changed', person));
    await bank.send(...events.map(binary));
    let closed = true;
    const { handled, consumer } = receive({
      admit: () => {
        if (closed) throw new Error('the clock is wrong');
      },
    });
    expect(await until('the lag', () => consumer.lag())).toBe(5);
    closed = false;
    await has(handled, ...events);
    await until('the commit', () => bank.hasCommitted(bank.topic));
    await until('no lag', async () => (await consumer.lag()) === 0);
  });
});

/** All that events leave in the database. */
async function everything() {
  return {
    received: await owner.selectFrom('received_event').selectAll().orderBy('id').execute(),
    facts: await owner.selectFrom('customer_fact').selectAll().orderBy('customer_ref').execute(),
    entries: await owner
      .selectFrom('authority_entry')
      .selectAll()
      .where('action', '=', 'receiveCustomerEvent')
      .execute(),
  };
}
