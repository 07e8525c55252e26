import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, Post, Req, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createApplication } from './bootstrap.js';

@Controller()
class Bodies {
  @Post('json')
  json(@Body() body: unknown) {
    return { body: body ?? null };
  }

  /** An event stream that continues while the client is connected. */
  @Get('events')
  events(@Req() { raw }: FastifyRequest, @Res() reply: FastifyReply) {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => reply.raw.write(':\n\n'), 20);
    raw.socket.once('close', () => clearInterval(timer));
  }
}

@Module({ controllers: [Bodies] })
class BodiesModule {}

const pace = { requestTimeoutMs: 2_000, bodyGraceMs: 200, bodyBytesPerSecond: 100_000 };
let app: NestFastifyApplication;
let port: number;
const sockets: Socket[] = [];

beforeAll(async () => {
  app = await createApplication({
    name: 'spec',
    module: BodiesModule,
    config: { logLevel: 'silent', ...pace },
  });
  await app.listen(0, '127.0.0.1');
  port = Number(new URL(await app.getUrl()).port);
});
afterAll(() => app.close());
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Sends `text` on a connection, and returns everything that the connection receives. */
function open(text: string): { socket: Socket; received: () => string; closed: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  sockets.push(socket);
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString())).on('error', () => undefined);
  // A connection may end by a reset. What was received still counts.
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  return { socket, received: () => received, closed };
}

const headersOf = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

/** Sends single bytes until the connection is closed. */
async function dribble(socket: Socket): Promise<void> {
  while (!socket.destroyed) {
    socket.write(' ');
    await delay(20);
  }
}

it('A slow body is ended with 408 after its grace time', async () => {
  const { socket, closed } = open(headersOf('/json', 100_000));
  void dribble(socket);
  expect(await closed).toMatch(/^HTTP\/1\.1 408 .*urn:reseal:problem:request-timeout/s);
});

it('A body that never arrives is ended, whether or not its length is known', async () => {
  const chunked =
    'POST /json HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
  const answers = await Promise.all([open(headersOf('/json', 10)).closed, open(chunked).closed]);
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

it('A connection whose request was answered before its body arrived is closed without a second response', async () => {
  const { socket, closed } = open(headersOf('/json', 100_000).replace('application/json', 'text/plain'));
  void dribble(socket);
  const answer = await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 415 /);
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

it('Slow headers are ended with 408 after the time limit of a request', async () => {
  const { socket, closed } = open('GET /json HTTP/1.1\r\nx: ');
  void dribble(socket);
  expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
});

it('A body that arrives fast enough is accepted, however long it is', async () => {
  const body = JSON.stringify('x'.repeat(200_000));
  const { socket, received } = open(headersOf('/json', body.length));
  for (let at = 0; at < body.length; at += 20_000) {
    socket.write(body.slice(at, at + 20_000));
    await delay(20);
  }
  while (!received().endsWith('"}')) await once(socket, 'data');
  expect(received()).toMatch(/^HTTP\/1\.1 201 /);
});

it('A body does not count as slow while the process is blocked', async () => {
  const { socket, received } = open(`${headersOf('/json', 10)}"1234`);
  await once(app.getHttpServer(), 'request');
  const began = performance.now();
  while (performance.now() - began < 3 * pace.bodyGraceMs);
  // The check for slow bodies runs before this body is read.
  socket.write('5678"');
  while (!received().endsWith('"}')) await once(socket, 'data');
  expect(received()).toMatch(/^HTTP\/1\.1 201 /);
});

it('A streamed response continues beyond the time limit of a request', async () => {
  const { socket, received } = open('GET /events HTTP/1.1\r\nhost: a\r\n\r\n');
  const began = performance.now();
  while (performance.now() - began < pace.requestTimeoutMs + 500) await once(socket, 'data');
  expect(socket.destroyed).toBe(false);
  expect(received()).toMatch(/^HTTP\/1\.1 200 /);
});

it('Bytes that are not HTTP do not corrupt a streamed response', async () => {
  const { socket, received, closed } = open('GET /events HTTP/1.1\r\nhost: a\r\n\r\n');
  while (!received().includes(':\n\n')) await once(socket, 'data');
  socket.write('nonsense\r\n\r\n');
  expect((await closed).match(/HTTP\/1\.1/g)).toHaveLength(1);
});
