import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createMailSender, createSmsSender, type SmsSender } from '#activities/notification';
import { KafkaPublisher } from '#libs/events';
import { SMTPServer } from 'smtp-server';
import { cuttableProxy, type CuttableProxy } from '../support/cuttable-proxy.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);
/** A silent connection is given up after ten seconds; a busy machine needs longer. */
const noticedMs = 14_000;
const recovered = { timeoutMs: 30_000, pauseMs: 100 };
const logger = { debug: () => undefined };

/** A service that the worker calls, through a proxy that can become silent. */
interface Callee {
  readonly proxy: CuttableProxy;
  readonly call: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function kafka(): Promise<Callee> {
  const [broker = ''] = (process.env.RESEAL_KAFKA_BROKERS ?? '127.0.0.1:9092').split(',');
  const [host = '', port] = broker.split(':');
  const proxy = await cuttableProxy(host, Number(port));
  const topic = `spec-stranded-${randomUUID()}`;
  const publisher = new KafkaPublisher({
    brokers: [broker],
    clientId: 'spec',
    topics: [topic],
    partitions: 1,
    logger,
    route: () => ({ host: '127.0.0.1', port: proxy.port }),
  });
  return {
    proxy,
    call: () => publisher.publish([{ topic, messages: [{ key: 'key', value: 'value', headers: {} }] }]),
    close: () => publisher.close(),
  };
}

async function smsGateway(): Promise<Callee> {
  const server: Server = createServer((_, response) => response.end('{"status":"ACCEPTED"}'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy = await cuttableProxy('127.0.0.1', (server.address() as AddressInfo).port);
  const sender: SmsSender = createSmsSender({ url: `http://127.0.0.1:${proxy.port}` });
  return {
    proxy,
    call: () => sender.send({ messageId: randomUUID(), to: '01000000000', text: 'text' }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function mailServer(): Promise<Callee> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData: (stream, _, done) => void stream.on('end', () => done()).resume(),
    closeTimeout: 10,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const proxy = await cuttableProxy('127.0.0.1', (server.server.address() as AddressInfo).port);
  const sender = createMailSender({
    url: `smtp://127.0.0.1:${proxy.port}`,
    from: 'Fictional Bank <no-reply@bank.example>',
  });
  const mail = { to: 'fictional@example.com', subject: 'subject', text: 'text' };
  return {
    proxy,
    call: () => sender.send({ messageId: randomUUID(), ...mail }),
    close: async () => {
      sender.close();
      await new Promise<void>((done) => server.close(done));
    },
  };
}

const kinds = { Kafka: kafka, 'a provider': smsGateway, 'the mail server': mailServer };
type Kind = keyof typeof kinds;
const each = Object.keys(kinds) as Kind[];
const callees = {} as Record<Kind, Callee>;
const outcomes = {} as Record<Kind, Promise<string[]>>;

/** The outcomes of two calls, one after the other. The first uses the connection from before. */
async function twoCalls({ call }: Callee): Promise<string[]> {
  const outcome = () =>
    call().then(
      () => 'done',
      () => 'failed',
    );
  const late = () => once(AbortSignal.timeout(noticedMs), 'abort').then(() => 'late');
  return [await Promise.race([outcome(), late()]), await Promise.race([outcome(), late()])];
}

// All connections become silent at the same time, so that the tests wait only once.
beforeAll(async () => {
  for (const kind of each) {
    const callee = (callees[kind] = await kinds[kind]());
    await until(`the first call of ${kind}`, () => callee.call().then(() => true), recovered);
    callee.proxy.blackhole();
    outcomes[kind] = twoCalls(callee);
  }
});
afterAll(async () => {
  for (const { proxy, close } of Object.values(callees)) {
    await proxy.close();
    await close();
  }
});

it.each(each)(
  'A call of %s over a stranded connection fails within ten seconds, and so does one over a new connection',
  async (kind) => {
    expect(await outcomes[kind]).toEqual(['failed', 'failed']);
  },
);

it.each(each)(
  'Calls of %s succeed once the network is back, also if the old connections stay silent',
  async (kind) => {
    const { proxy, call } = callees[kind];
    proxy.restore();
    await until('a call', () => call().then(() => true), recovered);
  },
);
