import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createDatabase, inTransaction, NotificationListener, type Database } from '#libs/db';
import { PostgresLeadership, type Term } from '#libs/db/leadership';
import { isDependencyDown } from '#libs/temporal';
import { sql } from 'kysely';
import { databaseUrlOf } from '../support/app-environment.js';
import { cuttableProxy, type CuttableProxy } from '../support/cuttable-proxy.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);
/** A silent connection is given up after ten seconds; a busy machine needs longer. */
const noticed = { timeoutMs: 20_000, pauseMs: 50 };
const recovered = { timeoutMs: 30_000, pauseMs: 50 };

const one = (db: Database) => sql`select 1`.execute(db);
const pidOf = async (db: Database) =>
  (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]!.pid;
/** The process ids of all connections of a pool. */
const pidsOf = (db: Database) => Promise.all([pidOf(db), pidOf(db), pidOf(db), pidOf(db)]);
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

let proxy: CuttableProxy;
let busy: Database;
let idle: Database;
let direct: Database;
let listener: NotificationListener;
let leadership: PostgresLeadership;
let term: Term;
const heard: string[] = [];
let idlePids: number[];
let underWay: Promise<unknown>;
let inTheMiddle: Promise<unknown>;

// All connections become silent at the same time, so that the tests wait only once.
beforeAll(async () => {
  const server = new URL(databaseUrlOf('worker'));
  proxy = await cuttableProxy(server.hostname, Number(server.port));
  direct = createDatabase({ url: server.href, applicationName: 'spec' });
  server.host = `127.0.0.1:${proxy.port}`;
  const spec = { databaseUrl: server.href, applicationName: 'spec-stranded' };
  busy = createDatabase({ url: server.href, applicationName: 'spec-stranded', max: 3 });
  idle = createDatabase({ url: server.href, applicationName: 'spec-stranded', max: 4 });
  idlePids = await pidsOf(idle);
  listener = new NotificationListener({
    ...spec,
    channels: ['spec_stranded'],
    onNotification: (payload) => heard.push(payload),
    logger: { info: () => undefined, warn: () => undefined },
  });
  listener.start();
  leadership = new PostgresLeadership({ ...spec, name: 'spec-stranded', channel: 'spec_stranded' });
  term = (await leadership.tryToLead(() => undefined))!;
  await until('listening', () => listener.listening);

  underWay = failure(sql`select pg_sleep(60)`.execute(busy));
  const begun = Promise.withResolvers<undefined>();
  const stranded = Promise.withResolvers<undefined>();
  inTheMiddle = failure(
    inTransaction(busy, async (tx) => {
      await one(tx);
      begun.resolve(undefined);
      await stranded.promise;
      await one(tx);
    }),
  );
  await begun.promise;
  proxy.blackhole();
  stranded.resolve(undefined);
});
afterAll(async () => {
  await listener.stop();
  await leadership.close();
  await proxy.close();
  await Promise.all([busy, idle, direct].map((db) => db.destroy()));
});

describe('while connections to PostgreSQL are stranded', () => {
  it('A new call over a stranded connection to PostgreSQL fails within seconds', async () => {
    expect(isDependencyDown(await failure(one(busy)))).toBe(true);
  });

  it('A listener with a stranded connection reports within ten seconds that it receives nothing', async () => {
    await until('the loss', () => !listener.listening, noticed);
    expect(() => listener.check()).toThrow('not listening');
  });

  it('A leader with a stranded connection gives up leadership within ten seconds', async () => {
    await until('the term to end', () => term.lost.aborted, noticed);
  });

  it('A statement under way fails on a stranded connection, and so does an open transaction', async () => {
    // The deadline of the query or of the connection, whichever is earlier.
    for (const failure of [await underWay, await inTheMiddle]) expect(isDependencyDown(failure)).toBe(true);
  });
});

describe('once the network is back, and the old connections are as silent as before', () => {
  beforeAll(() => proxy.restore());

  it('A pool answers again once the network is back', async () => {
    await until('an answer', () => one(busy).then(() => true), recovered);
  });

  it('A pool that was idle has none of its stranded connections', async () => {
    const pids = await until('four connections', () => pidsOf(idle), recovered);
    for (const pid of pids) expect(idlePids).not.toContain(pid);
  });

  it('A listener receives again once the network is back', async () => {
    await until('listening again', () => listener.listening, recovered);
    await sql`select pg_notify('spec_stranded', 'again')`.execute(direct);
    await until('the notification', () => heard.includes('again'), recovered);
  });

  it('A leader leads again once the server has ended its old session', async () => {
    const next = await until('another term', () => leadership.tryToLead(() => undefined), recovered);
    await next.release();
  });
});
