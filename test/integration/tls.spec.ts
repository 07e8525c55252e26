import { randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { withDatabaseFiles } from '#libs/credentials';
import { createDatabase, NotificationListener, type Database } from '#libs/db';
import { kafkaCredentialsOf, KafkaPublisher } from '#libs/events';
import { createLogger } from '#libs/observability';
import {
  connectTemporalClient,
  createDataConverter,
  temporalServerOf,
  WorkerRunner,
  type TemporalClient,
} from '#libs/temporal';
import { sql } from 'kysely';
import {
  credentialFolder,
  TestAuthority,
  type TestCertificate,
} from '../../libs/credentials/src/testing/test-authority.js';
import { databaseUrlOf } from '../support/app-environment.js';
import { tlsFront, type TlsFront } from '../support/tls-front.js';
import { greetIn, greeting } from '../support/greeting.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'reseal-tls-'));
const files = credentialFolder(folder);
const logger = createLogger({ name: 'spec', level: 'silent' });
const serialOf = ({ certificate }: TestCertificate) =>
  new X509Certificate(certificate).serialNumber.toLowerCase();
const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => `${String(error)} ${String((error as Error).cause)}`,
  );

/** The CA of servers and clients, a CA that is not trusted, and the CA that replaces the first. */
let authority: TestAuthority;
let stranger: TestAuthority;
let next: TestAuthority;
let server: TestCertificate;
let client: TestCertificate;
let renewed: TestCertificate;
let nextServer: TestCertificate;
const fronts: TlsFront[] = [];

beforeAll(async () => {
  [authority, stranger, next] = await Promise.all([
    TestAuthority.create('Test CA'),
    TestAuthority.create('Strange CA'),
    TestAuthority.create('Next CA'),
  ]);
  [server, client, renewed, nextServer] = await Promise.all([
    authority.issue(),
    authority.issue(),
    next.issue(),
    next.issue(),
  ]);
});
afterAll(async () => {
  await Promise.all(fronts.map((front) => front.close()));
  rmSync(folder, { recursive: true });
});

/** A front that trusts the first CA. */
async function frontOf(address: string, options?: { readonly postgres: boolean }): Promise<TlsFront> {
  const [host = '', port] = address.split(':');
  const to = { host, port: Number(port) };
  const front = await tlsFront(to, { own: server, clients: authority.pem }, options);
  fronts.push(front);
  return front;
}
/** From now on the front has a certificate of the next CA, and trusts only that CA. */
const renewFront = (front: TlsFront) => front.renew({ own: nextServer, clients: next.pem });

/** Paths of a client's own files, named `<name>.*`. */
const clientFiles = (name: string, ca = authority) => ({
  ca: files.write(`${name}-ca.pem`, ca.pem),
  ...files.writeCertificate(name, client),
});
function renewFiles(name: string): void {
  files.write(`${name}-ca.pem`, next.pem);
  files.writeCertificate(name, renewed);
}

describe('PostgreSQL by TLS', () => {
  let front: TlsFront;
  let database: Database;
  const heard: string[] = [];
  let listener: NotificationListener;
  const url = () => {
    const parts = new URL(databaseUrlOf('worker'));
    parts.host = `127.0.0.1:${front.port}`;
    return parts.href;
  };
  const open = (withFiles: string) => createDatabase({ url: withFiles, applicationName: 'spec', max: 1 });
  const ask = (from: Database) => sql<{ one: number }>`select 1 as one`.execute(from);

  beforeAll(async () => {
    front = await frontOf(new URL(databaseUrlOf('worker')).host, { postgres: true });
    const complete = withDatabaseFiles(url(), clientFiles('database'));
    database = open(complete);
    listener = new NotificationListener({
      databaseUrl: complete,
      applicationName: 'spec',
      channels: ['spec_tls'],
      onNotification: (payload) => heard.push(payload),
      logger: { info: () => undefined, warn: () => undefined },
    });
    listener.start();
  });
  afterAll(async () => {
    await listener.stop();
    await database.destroy();
  });

  it('A pool and a listener reach PostgreSQL with their client certificate', async () => {
    expect((await ask(database)).rows).toEqual([{ one: 1 }]);
    await until('listening', () => listener.listening);
    expect(new Set(front.accepted)).toEqual(new Set([serialOf(client)]));
  });

  it('A pool refuses a server of another CA, and a server refuses a client without certificate', async () => {
    const wrong = open(withDatabaseFiles(url(), { ca: files.write('strange-ca.pem', stranger.pem) }));
    expect(await failure(ask(wrong))).toMatch(/self-signed certificate|unable to (get|verify)/);
    const anonymous = open(withDatabaseFiles(url(), { ca: files.write('only-ca.pem', authority.pem) }));
    expect(await failure(ask(anonymous))).not.toBe('no failure');
    await Promise.all([wrong.destroy(), anonymous.destroy()]);
  });

  it('A pool refuses a server whose certificate does not name its host', async () => {
    const elsewhere = new URL(url());
    elsewhere.hostname = '127.0.0.2';
    const other = await tlsFront(
      { host: '127.0.0.1', port: Number(new URL(databaseUrlOf('worker')).port) },
      { own: server, clients: authority.pem },
      { postgres: true, host: '127.0.0.2' },
    );
    fronts.push(other);
    elsewhere.port = String(other.port);
    const wrong = open(withDatabaseFiles(elsewhere.href, clientFiles('named')));
    expect(await failure(ask(wrong))).toMatch(/does not match certificate's altnames/);
    await wrong.destroy();
  });

  it('Renewed certificates are used by the next connections of a pool and a listener', async () => {
    renewFront(front);
    renewFiles('database');
    front.disconnect();
    await until('the pool', () => ask(database).then(() => true));
    await until('the listener', () => listener.listening && front.accepted.at(-1) === serialOf(renewed));
    expect(front.accepted.filter((serial) => serial === serialOf(renewed)).length).toBeGreaterThan(1);
  });
});

describe('Temporal by TLS', () => {
  let front: TlsFront;
  let temporal: TemporalClient;
  let runner: WorkerRunner;
  let running: Promise<void>;
  const warnings: unknown[] = [];
  const namespace = process.env.RESEAL_TEMPORAL_NAMESPACE ?? 'reseal';
  const dataConverter = createDataConverter({ current: 'spec', keys: { spec: randomBytes(32) } });
  const taskQueue = `spec-${randomUUID()}`;
  const serverOf = (name: string, ca = authority) => {
    const paths = clientFiles(name, ca);
    return temporalServerOf({
      temporalAddress: `127.0.0.1:${front.port}`,
      temporalNamespace: namespace,
      temporalTls: false,
      temporalCaFile: paths.ca,
      temporalCertificateFile: paths.certificate,
      temporalKeyFile: paths.key,
    });
  };
  const greet = () => greetIn(taskQueue, temporal);

  beforeAll(async () => {
    front = await frontOf(process.env.RESEAL_TEMPORAL_ADDRESS ?? '127.0.0.1:7233');
    temporal = connectTemporalClient({ ...serverOf('temporal'), dataConverter });
    runner = new WorkerRunner({
      ...serverOf('temporal-worker'),
      dataConverter,
      taskQueue,
      logger,
      activities: greeting,
    });
    running = runner.run();
  });
  afterAll(async () => {
    await runner.stop();
    await running;
    await temporal.close();
  });

  it('A client and a worker reach Temporal with their client certificate', async () => {
    await until('the worker', () => runner.check().then(() => true));
    expect(await greet()).toBe('hello you');
    expect(new Set(front.accepted)).toEqual(new Set([serialOf(client)]));
  });

  it('A client and a worker with a wrong CA do not connect, and the log of the worker names the reason', async () => {
    const wrong = serverOf('temporal-wrong', stranger);
    const misled = connectTemporalClient({ ...wrong, dataConverter });
    expect(await failure(misled.check())).not.toBe('no failure');
    await misled.close();
    const worker = new WorkerRunner({
      ...wrong,
      dataConverter,
      taskQueue,
      logger: { ...logger, warn: (fields: unknown) => warnings.push(fields) } as never,
      activities: { greet: async () => Promise.resolve('') },
    });
    const stopped = worker.run();
    await until('the warning', () => warnings.length > 0);
    expect(JSON.stringify(warnings)).toMatch(/certificate/i);
    await worker.stop();
    await stopped;
  });

  it('Renewed certificates are used by a client and a worker without a restart', async () => {
    renewFront(front);
    renewFiles('temporal');
    renewFiles('temporal-worker');
    // The old connections are still open, and yet both connect again.
    const serial = serialOf(renewed);
    await until('both', () => front.accepted.filter((each) => each === serial).length >= 2);
    front.disconnect();
    await until('the client', () => temporal.check().then(() => true));
    await until('the worker', () => runner.check().then(() => true));
    expect(await greet()).toBe('hello you');
  });
});

describe('Kafka by TLS', () => {
  let front: TlsFront;
  const topic = `spec-tls-${randomUUID()}`;
  const batch = [{ topic, messages: [{ key: 'key', value: 'value', headers: {} }] }];
  const publisherWith = (paths: { ca: string; certificate?: string; key?: string }) => {
    const credentials = kafkaCredentialsOf({
      kafkaTls: false,
      kafkaCaFile: paths.ca,
      kafkaCertificateFile: paths.certificate,
      kafkaKeyFile: paths.key,
    });
    return new KafkaPublisher({
      brokers: [`127.0.0.1:${front.port}`],
      credentials,
      route: () => ({ host: '127.0.0.1', port: front.port }),
      clientId: 'spec',
      topics: [topic],
      partitions: 1,
      logger,
    });
  };

  beforeAll(async () => {
    const [broker = ''] = (process.env.RESEAL_KAFKA_BROKERS ?? '127.0.0.1:9092').split(',');
    front = await frontOf(broker);
  });

  it('A publisher reaches Kafka with its client certificate, and refuses a broker of another CA', async () => {
    const publisher = publisherWith(clientFiles('kafka'));
    await publisher.publish(batch);
    expect(new Set(front.accepted)).toEqual(new Set([serialOf(client)]));
    await publisher.close();
    const misled = publisherWith({ ca: files.write('kafka-strange-ca.pem', stranger.pem) });
    expect(await failure(misled.publish(batch))).toMatch(/certificate/);
    await misled.close();
  });

  it('Renewed certificates are used by the next connections of a publisher', async () => {
    const publisher = publisherWith(clientFiles('kafka-renewed'));
    await publisher.publish(batch);
    renewFront(front);
    renewFiles('kafka-renewed');
    front.disconnect();
    await until('the publisher', () => publisher.publish(batch).then(() => true));
    expect(front.accepted.at(-1)).toBe(serialOf(renewed));
    await publisher.close();
  });
});
