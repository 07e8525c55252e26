import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { cloudEvent, createKafka, reissueEvent } from '#libs/events';
import type { State } from '#libs/domain';
import { Partitioners } from 'kafkajs';
import pg from 'pg';
import { environmentOf } from '../support/app-environment.js';
import { until } from '../support/until.js';
import { createTestDatabase, type TestDatabase } from '../world/test-database.js';

jest.setTimeout(300_000);

const { RESEAL_KAFKA_BROKERS: brokers = '' } = environmentOf('worker');
const kafka = createKafka({ brokers: brokers.split(',') }, { clientId: 'spec' });
const topic = `example.${randomBytes(6).toString('hex')}`;
const admin = kafka.admin();
const producer = kafka.producer({
  createPartitioner: Partitioners.DefaultPartitioner,
  allowAutoTopicCreation: false,
});
/** Midnight in Korea is between the two. */
const [evening, morning] = [new Date('2026-11-23T14:59:59Z'), new Date('2026-11-23T15:00:00Z')];

let database: TestDatabase;
let pool: pg.Pool;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  pool = new pg.Pool({ connectionString: database.urlOf('owner'), max: 1 });
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
  await producer.connect();
});
afterEach(async () => {
  await Promise.all([...running].map((consumer) => end(consumer, 'SIGKILL')));
});
afterAll(async () => {
  await producer.disconnect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  await pool.end();
  await database.drop();
});

/** Starts docs/examples/event-consumer. */
function start(): ChildProcess {
  const consumer = spawn(process.execPath, ['consumer.mjs'], {
    cwd: join(projectRoot(), 'docs/examples/event-consumer'),
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: database.urlOf('owner'),
      KAFKA_BROKERS: brokers,
      KAFKA_TOPIC: topic,
      KAFKA_GROUP: topic,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.add(consumer);
  return consumer;
}

async function end(consumer: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  running.delete(consumer);
  if (consumer.exitCode === null && consumer.signalCode === null) {
    const exited = once(consumer, 'exit');
    consumer.kill(signal);
    await exited;
  }
  return consumer.exitCode;
}

const patience = { timeoutMs: 120_000 };
const newId = () => `ri_${randomBytes(16).toString('hex')}`;

/** The Kafka message of an event, as the relay publishes it. */
function message(
  reissueId: string,
  sequence: number,
  state: State,
  previousState: State | null,
  at = evening,
) {
  const reissue = {
    ...{ reissue_id: reissueId, receipt_number: 'K7M2QX9TR', customer_ref: 'fictional', state, serial: null },
    ...({ reason: 'EXPIRED', parked_step: null } as const),
  };
  const type = state === 'REGISTERED' ? 'reseal.reissue.registered.v1' : 'reseal.reissue.started.v1';
  const event = reissueEvent({ reissue, sequence, type, previousState, occurredAt: at });
  return cloudEvent({ ...event, position: '1', published_at: null, traceparent: null }, '/spec');
}
type EventMessage = ReturnType<typeof message>;
const publish = (messages: readonly EventMessage[]) =>
  producer.send({ topic, acks: -1, messages: messages.map((one) => ({ ...one })) });

/** A reissue from start to registration. */
const story = (at = evening, id = newId()): EventMessage[] => [
  message(id, 1, 'IDENTITY_REQUIRED', null, at),
  message(id, 2, 'REGISTERED', 'ISSUED', at),
];

async function counts(): Promise<Record<string, number>> {
  const query = "SELECT to_char(day, 'YYYY-MM-DD') || ' ' || state AS day, number FROM reissues_per_day";
  const { rows } = await pool
    .query<{ day: string; number: number }>(query)
    .catch(() => ({ rows: [] as { day: string; number: number }[] })); // the consumer makes the table
  return Object.fromEntries(rows.map(({ day, number }) => [day, number]));
}
async function applied(): Promise<number> {
  const { rows } = await pool
    .query<{ count: string }>('SELECT count(*) FROM applied_event')
    .catch(() => ({ rows: [{ count: '0' }] }));
  return Number(rows[0]!.count);
}
/** How many transactions of the database were rolled back. */
async function rollbacks(): Promise<number> {
  const query =
    'SELECT xact_rollback::int AS number FROM pg_stat_database WHERE datname = current_database()';
  return (await pool.query<{ number: number }>(query)).rows[0]!.number;
}
const untilApplied = (number: number) =>
  until(`${number} events to be applied`, async () => (await applied()) >= number, patience);

it('The example consumer applies each event once, although events arrive twice and it is killed and started again', async () => {
  const stories = Array.from({ length: 60 }, () => story());
  const all = stories.flat();
  const first = start();
  // The relay publishes a batch again if it did not learn that Kafka has it.
  await publish(all.slice(0, 60));
  await publish(all.slice(0, 60));
  await untilApplied(20);
  await end(first, 'SIGKILL');

  const second = start();
  await publish(all);
  await untilApplied(all.length);
  expect(await end(second, 'SIGTERM')).toBe(0);
  expect(await counts()).toEqual({ '2026-11-23 REGISTERED': 60 });

  // Without its offsets it reads the whole topic again, and a new event shows that it has.
  await until('the group to be deleted', async () => Boolean(await admin.deleteGroups([topic])), patience);
  start();
  await publish(story(morning));
  await untilApplied(all.length + 2);
  await until('the topic to be read', isRead, patience);
  expect(await counts()).toEqual({ '2026-11-23 REGISTERED': 60, '2026-11-24 REGISTERED': 1 });
  expect(await applied()).toBe(all.length + 2);
});

it('The example consumer ignores unknown types and versions, and loses no event while its database refuses', async () => {
  const before = await applied();
  await pool.query("ALTER TABLE applied_event ADD CONSTRAINT refuse CHECK (id LIKE 'never%') NOT VALID");
  const earlier = await rollbacks();
  const consumer = start();
  const id = newId();
  const [started, registered] = story(morning, id);
  const unknown = (type: string) => ({ ...started!, headers: { ...started!.headers, ce_type: type } });
  await publish([
    { ...unknown('reseal.reissue.started.v2'), value: '{"another":"shape"}' },
    { ...unknown('reseal.other.v1'), value: 'not JSON' },
    started!,
    registered!,
    message(id, 3, 'REGISTERED', 'REGISTERED', morning), // a consent was withdrawn after the end
  ]);
  await until('the consumer to be refused', async () => (await rollbacks()) > earlier, patience);
  expect(await applied()).toBe(before);
  await pool.query('ALTER TABLE applied_event DROP CONSTRAINT refuse');
  await untilApplied(before + 3);
  expect(await counts()).toMatchObject({ '2026-11-24 REGISTERED': 2 });
  expect(consumer.exitCode).toBeNull();
});

/** Whether the group has read the topic to its end. */
async function isRead(): Promise<boolean> {
  const [ends, [group]] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId: topic, topics: [topic] }),
  ]);
  return ends.every(({ partition, offset }) => {
    const read = group?.partitions.find((one) => one.partition === partition)?.offset;
    return offset === '0' || read === offset;
  });
}
