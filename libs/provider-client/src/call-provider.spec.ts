import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { callProvider, OutcomeUnknown, ProviderRefused, ProviderUnavailable } from './index.js';

const secret = '01000000000';
const answer = z.object({ status: z.enum(['ACCEPTED']) });

let server: Server;
let url: string;
let respond: RequestListener;

beforeAll(async () => {
  server = createServer((request, response) => respond(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/sms`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = (options = {}) =>
  callProvider({ url, timeoutMs: 4_000, ...options }, { provider: 'sms', body: { to: secret }, answer });
const failureOf = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: Error) => error,
  );
const reply =
  (status: number, text = '{}'): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(text);

describe('a call to a provider', () => {
  it('callProvider posts JSON and parses the answer', async () => {
    let seen = '';
    respond = (request, response) => {
      request.on('data', (chunk: Buffer) => (seen += chunk.toString()));
      request.on('end', () => response.end('{"status":"ACCEPTED"}'));
    };
    await expect(post()).resolves.toEqual({ status: 'ACCEPTED' });
    expect(JSON.parse(seen)).toEqual({ to: secret });
  });

  it.each([
    ['the service is unavailable', {}, reply(503), 'ProviderUnavailable'],
    ['there are too many requests', {}, reply(429), 'ProviderUnavailable'],
    ['the server fails', {}, reply(500), 'OutcomeUnknown'],
    ['a gateway times out', {}, reply(504), 'OutcomeUnknown'],
    ['the answer is too late', { timeoutMs: 100 }, () => undefined, 'OutcomeUnknown'],
    [
      'the connection breaks',
      {},
      (request) => void request.on('end', () => request.socket.destroy()).resume(),
      'OutcomeUnknown',
    ],
    ['the answer is not JSON', {}, reply(200, `<html>${secret}</html>`), 'OutcomeUnknown'],
    ['the answer does not match the contract', {}, reply(200, `{"status":"${secret}"}`), 'OutcomeUnknown'],
    ['the answer is a redirect', {}, (_, to) => to.writeHead(302, { location: '/' }).end(), 'OutcomeUnknown'],
    ['the request is refused', {}, reply(404), 'ProviderRefused'],
  ] satisfies [string, object, RequestListener, string][])(
    'callProvider reports whether the request may have been carried out when %s, and quotes no part of it',
    async (_, options, listener, name) => {
      respond = listener;
      const error = await failureOf(post(options));
      expect(error.name).toBe(name);
      expect(error.cause).toBeUndefined();
      expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(secret);
    },
  );

  it('callProvider accepts a timeout with a fraction of a millisecond', async () => {
    respond = reply(200, '{"status":"ACCEPTED"}');
    await expect(post({ timeoutMs: 3_999.4 })).resolves.toEqual({ status: 'ACCEPTED' });
  });

  it('callProvider reports that nothing was done if the connection is refused', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    await expect(post({ url: `http://127.0.0.1:${port}` })).rejects.toThrow(
      'sms cannot be reached (ECONNREFUSED)',
    );
  });

  it('callProvider reports that nothing was done if a GET fails', async () => {
    respond = () => undefined;
    const error = await failureOf(callProvider({ url, timeoutMs: 50 }, { provider: 'sms', answer }));
    expect(error).toBeInstanceOf(ProviderUnavailable);
    expect(error).not.toBeInstanceOf(OutcomeUnknown);
  });

  it('callProvider keeps the status of a refusal', async () => {
    respond = reply(409);
    await expect(failureOf(post())).resolves.toMatchObject({ status: 409 });
    await expect(post()).rejects.toBeInstanceOf(ProviderRefused);
  });
});
