import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { reissueEventDataSchema } from '#libs/contracts';
import { createDatabase, inTransaction, type Database } from '#libs/db';
import { insertEvents, outboxLag } from '#libs/db/events';
import { insertReissue } from '#libs/db/reissues';
import { certificateEvent, createEventRelay, reissueEvent, type EventRelay } from '#libs/events';
import { until } from '../support/until.js';
import { readEvents, type ReceivedEvent } from '../support/kafka.js';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

const now = new Date('2026-11-05T03:04:05.678Z');
const brokers = brokersOfStack();

let database: TestDatabase;
let worker: Database;
const copies: EventRelay[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  worker = createDatabase({ url: database.urlOf('worker'), ...asSpec });
});
afterEach(async () => {
  await Promise.all(copies.splice(0).map((relay) => relay.stop()));
});
afterAll(async () => {
  await worker.destroy();
  await database.drop();
});

function startCopy(pollMs = 200): EventRelay {
  const relay = createEventRelay({
    databaseUrl: database.urlOf('worker'),
    db: worker,
    brokers,
    source: '/reseal/spec',
    clock: () => now,
    logger: pino({ level: 'silent' }),
    timing: { pollMs },
  });
  copies.push(relay);
  relay.start();
  return relay;
}

describe('the event relay on PostgreSQL and Kafka', () => {
  it('The event relay publishes what a transaction wrote, as CloudEvents in both topics', async () => {
    const reissue = await newReissue();
    const serial = randomBytes(8).toString('hex');
    startCopy();
    await inTransaction(worker, (tx) =>
      insertEvents(tx, [
        reissueEvent({
          reissue,
          sequence: 1,
          type: 'reseal.reissue.started.v1',
          previousState: null,
          occurredAt: now,
        }),
        certificateEvent({
          reissue,
          sequence: 2,
          type: 'reseal.certificate.issued.v1',
          serial,
          notAfter: now,
          occurredAt: now,
        }),
      ]),
    );

    const received = await readEvents({
      brokers,
      keys: [reissue.reissue_id, serial],
      until: ({ length }) => length === 2,
    });
    const [started, issued] = ['reseal.reissue', 'reseal.certificate'].map((topic) =>
      received.find((each) => each.topic === topic),
    );
    expect(started?.event).toMatchObject({
      id: `${reissue.reissue_id}/1`,
      source: '/reseal/spec',
      type: 'reseal.reissue.started.v1',
      subject: reissue.reissue_id,
      time: now.toISOString(),
      datacontenttype: 'application/json',
    });
    expect(reissueEventDataSchema.safeParse(started?.event.data).success).toBe(true);
    expect(issued).toMatchObject({
      key: serial,
      event: { id: `${reissue.reissue_id}/2`, data: { serial, notAfter: now.toISOString() } },
    });
  });

  it('An event is announced to the relay, which need not look for it', async () => {
    const reissue = await newReissue();
    const relay = startCopy(3_600_000);
    await until('the relay to lead', () => relay.active);
    for (const sequence of [1, 2]) {
      const type = 'reseal.reissue.started.v1';
      const event = reissueEvent({ reissue, sequence, type, previousState: null, occurredAt: now });
      await inTransaction(worker, (tx) => insertEvents(tx, [event]));
      await readEvents({ brokers, keys: [reissue.reissue_id], until: ({ length }) => length === sequence });
    }
  });

  it('The event relay keeps order and loses nothing while active copies lose their connection one after the other', async () => {
    const reissues = [await newReissue(), await newReissue(), await newReissue()];
    startCopy();
    startCopy();
    for (let sequence = 1; sequence <= 120; sequence++) {
      await inTransaction(worker, (tx) =>
        insertEvents(
          tx,
          reissues.map((reissue) =>
            reissueEvent({
              reissue,
              sequence,
              type: 'reseal.reissue.started.v1',
              previousState: null,
              occurredAt: now,
            }),
          ),
        ),
      );
      if (sequence % 40 === 0) {
        await endActiveSession();
        await delay(300);
      }
    }

    const keys = reissues.map(({ reissue_id }) => reissue_id);
    const received = await readEvents({
      brokers,
      keys,
      until: (events) => keys.every((key) => new Set(idsOf(events, key)).size === 120),
    });
    for (const key of keys)
      // An event may be published twice. A consumer drops the repetitions; the remaining events are in order.
      expect([...new Set(idsOf(received, key))]).toEqual(
        Array.from({ length: 120 }, (_, index) => `${key}/${index + 1}`),
      );
    await untilMarked();
    expect(copies.filter(({ active }) => active)).toHaveLength(1);
  });
});

const idsOf = (events: readonly ReceivedEvent[], key: string) =>
  events.filter((each) => each.key === key).map(({ event }) => event.id);

async function untilMarked(): Promise<void> {
  for (let tries = 0; (await outboxLag(worker)).waiting > 0; tries++) {
    if (tries > 100) throw new Error('events still wait');
    await delay(100);
  }
}

/** Ends the session that holds the relay's lock in this database. */
async function endActiveSession(): Promise<void> {
  const { rows } = await sql`
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(worker);
  expect(rows).toHaveLength(1);
}

async function newReissue() {
  const reissue = {
    reissue_id: `ri_${randomBytes(16).toString('hex')}`,
    api_key_name: 'event-relay.spec',
    reason: 'EXPIRED',
    state: 'IDENTITY_REQUIRED',
    applicant_name: '가상인물',
    applicant_mobile: '01000000000',
    person_key: 'person',
    customer_id: null,
    customer_ref: 'cr_fictional',
    key_thumbprint: 'thumbprint',
    effective_reason: 'EXPIRED',
    policy_version: 'spec',
    methods: [],
    identity_attempts: 5,
    parked_step: null,
    serial: null,
    created_at: now,
    updated_at: now,
  } as const;
  await inTransaction(worker, (tx) => insertReissue(tx, { ...reissue, methods: [] }));
  return { ...reissue, receipt_number: 'K7M-2QX-9TR' };
}

function brokersOfStack(): string[] {
  const file = join(process.env.RESEAL_STATE ?? '.reseal', 'env', 'worker.env');
  const brokers =
    process.env.RESEAL_KAFKA_BROKERS ?? parseEnv(readFileSync(file, 'utf8')).RESEAL_KAFKA_BROKERS;
  return brokers?.split(',') ?? [];
}
