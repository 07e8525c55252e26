import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createDatabase, inTransaction, NotificationListener, type Database, type Tx } from '#libs/db';
import { insertEvents } from '#libs/db/events';
import { until } from '../support/until.js';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

let database: TestDatabase;
let worker: Database;
let owner: Database;
let listener: NotificationListener;
const heard: { channel: string; payload: string }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  worker = createDatabase({ url: database.urlOf('worker'), ...asSpec });
  owner = createDatabase({ url: database.urlOf('owner'), ...asSpec });
  listener = new NotificationListener({
    databaseUrl: database.urlOf('worker'),
    applicationName: 'spec',
    channels: ['reseal_event', 'reseal_webhook'],
    onNotification: (payload, channel) => heard.push({ channel, payload }),
    logger: { info: () => undefined, warn: () => undefined },
  });
  listener.start();
  await until('the listener to listen', () => listener.listening);
});
beforeEach(() => void heard.splice(0));
afterAll(async () => {
  await listener.stop();
  await Promise.all([worker.destroy(), owner.destroy()]);
  await database.drop();
});

const newStream = () => `ri_${randomBytes(16).toString('hex')}`;
const insert = (tx: Tx, stream: string) =>
  insertEvents(tx, [
    {
      stream,
      sequence: 1,
      topic: 'reseal.reissue',
      key: stream,
      type: 'reseal.reissue.started.v1',
      data: {},
      occurred_at: new Date(),
    },
  ]);
const happen = (stream: string) => inTransaction(worker, (tx) => insert(tx, stream));
const announced = (stream: string) =>
  until('the announcement', () => heard.some(({ payload }) => payload === stream));

describe('announcements of events', () => {
  it('Events of transactions that end together are announced together, each stream once', async () => {
    const streams = Array.from({ length: 5 }, newStream);
    await Promise.all(streams.map(happen));
    for (const stream of streams) await announced(stream);
    expect(heard.map(({ payload }) => payload).sort()).toEqual([...streams].sort());
  });

  it('Events that are rolled back are not announced', async () => {
    const [lost, kept] = [newStream(), newStream()];
    const failed = inTransaction(worker, async (tx) => {
      await insert(tx, lost);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await happen(kept);
    await announced(kept);
    expect(heard.map(({ payload }) => payload)).not.toContain(lost);
  });

  it('The dispatcher of webhooks hears of events only if an endpoint wants them', async () => {
    const unwanted = newStream();
    await happen(unwanted);
    await announced(unwanted);
    await addEndpoint();
    const wanted = newStream();
    await happen(wanted);
    await announced(wanted);
    await until('the dispatcher to hear', () => heard.some(({ channel }) => channel === 'reseal_webhook'));
    // Notifications arrive in their order: nothing was announced to the dispatcher before the endpoint existed.
    expect(heard.map(({ channel }) => channel)).toEqual(['reseal_event', 'reseal_event', 'reseal_webhook']);
  });

  it('An announcement waits neither for the disk nor for a standby, which holds for its transaction only', async () => {
    const settings = await worker.connection().execute(async (connection) => {
      const read = async () =>
        (
          await sql<{ value: string }>`SELECT current_setting('synchronous_commit') AS value`.execute(
            connection,
          )
        ).rows[0]!.value;
      const before = await read();
      await sql`BEGIN`.execute(connection);
      await sql`SELECT announce_events('{}')`.execute(connection);
      const during = await read();
      await sql`COMMIT`.execute(connection);
      return { before, during, after: await read() };
    });
    expect(settings).toEqual({ before: 'on', during: 'off', after: 'on' });
  });

  // A NOTIFY holds one lock of all databases until its transaction is committed. What a step writes must not take it.
  it('No trigger on what a step writes notifies', async () => {
    const { rows } = await sql<{ table: string; function: string }>`
      SELECT DISTINCT relname AS table, proname AS function
      FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid
      WHERE prosrc ~* 'notify' ORDER BY 1, 2`.execute(owner);
    expect(rows).toEqual(notifyingTriggers);
  });
});

/** They fire for operators' acts, new CRLs and changes of a certificate's status, on which the memory of OCSP relies. */
const notifyingTriggers = [
  { table: 'certificate', function: 'certificate_status_changed' },
  { table: 'crl', function: 'announce_crl' },
  { table: 'operation', function: 'announce_operation' },
  { table: 'operation_approval', function: 'announce_operation' },
  { table: 'operation_item', function: 'announce_operation' },
];

const addEndpoint = () =>
  owner
    .insertInto('webhook_endpoint')
    .values({
      endpoint_id: `we_${randomBytes(16).toString('hex')}`,
      url: 'https://bank.example/hook',
      description: 'spec',
      types: sql`'{}'`,
      created_by: 'spec',
      created_at: new Date(),
      updated_at: new Date(),
    } as never)
    .execute();
