import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { Body, Controller, Get, Module, NotFoundException, Param, Post, Query, Sse } from '@nestjs/common';
import { ApiCreatedResponse, DocumentBuilder } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, logContext, LogOutput } from '#libs/observability';
import { concat, of, throwError } from 'rxjs';
import { z } from 'zod';
import { createApplication } from './bootstrap.js';
import { edgeProblem } from './edge-problems.js';
import { HeaderValue } from './header-value.js';
import { HealthRegistry, NotReady } from './health.js';
import { listenForMetrics } from './metrics-listener.js';
import { createOpenApiDocument } from './openapi.js';
import { ProblemError } from './problem-error.js';
import { preferredLanguage } from './render-problem.js';
import { pointerTo } from './validation-pipe.js';

const Consent = z.object({ termsId: z.string().min(1), agreed: z.boolean() }).meta({ id: 'Consent' });
const Order = z
  .strictObject({ name: z.string().max(5), consents: z.array(Consent), at: z.coerce.number().default(7) })
  .meta({ id: 'Order', examples: [{ name: 'Kim', consents: [] }] });
const Listing = z.object({ limit: z.coerce.number().int().max(100).default(20) });
const Path = z.object({ id: z.uuid() });
const Key = z.string().min(16);

@Controller('v1/orders')
class OrdersController {
  @Post()
  @ApiCreatedResponse({ description: 'made', standardSchema: Order })
  create(@Body({ schema: Order }) order: z.output<typeof Order>) {
    return { ...order, traceId: logContext()?.traceId };
  }

  @Get()
  list(@Query({ schema: Listing }) query: z.output<typeof Listing>) {
    return query;
  }

  @Get('keyed')
  keyed(@HeaderValue('Idempotency-Key', Key) key: string) {
    return { key };
  }

  @Get('teapot')
  teapot() {
    throw new ProblemError({
      type: 'short-and-stout',
      status: 418,
      title: { en: 'Teapot', ko: '찻주전자' },
      detail: 'no coffee',
      extensions: { capacity: 3, status: 200 },
      headers: { 'retry-after': '5' },
    });
  }

  @Get('busy')
  busy() {
    const text = { en: 'Busy', ko: '혼잡' };
    throw new ProblemError({ type: 'busy', status: 503, title: text, expected: true });
  }

  @Get('broken')
  broken() {
    throw Object.assign(new Error('canary: connection to postgres://u:canary@h failed'), { statusCode: 404 });
  }

  @Get('unstorable')
  unstorable() {
    const refused = Object.assign(new Error('canary: year is out of range'), { code: '22008' });
    throw new Error('canary: the query failed', { cause: refused });
  }

  @Get('constraint')
  constraint() {
    throw Object.assign(new Error('canary: duplicate key'), { code: '23505' });
  }

  @Get('vanished')
  vanished() {
    throw new NotFoundException('canary');
  }

  @Sse('stream')
  stream() {
    return concat(
      of({ data: 'one' }),
      throwError(() => new Error('canary')),
    );
  }

  @Get(':id')
  read(@Param({ schema: Path }) { id }: z.output<typeof Path>) {
    return { id };
  }
}

@Module({ controllers: [OrdersController] })
class OrdersModule {}

const lines: string[] = [];
let app: NestFastifyApplication;

beforeAll(async () => {
  const logger = createLogger({
    name: 'test',
    destination: { write: (line: string) => void lines.push(line) },
  });
  const config = { host: '127.0.0.1', port: 0, logLevel: 'info' };
  app = await createApplication({ name: 'test', module: OrdersModule, config, logger });
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

const post = (payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: '/v1/orders', payload: payload as object, headers });

describe('validation by the schema of a parameter', () => {
  it('A validated parameter is the output of its schema', async () => {
    const answer = await post({ name: 'Kim', consents: [], at: '3' });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ name: 'Kim', at: 3 });
    expect((await app.inject('/v1/orders?limit=5')).json()).toEqual({ limit: 5 });
  });

  it('An invalid body is 422 with a pointer to every fault', async () => {
    const answer = await post({ name: 'Kim Long', consents: [{ termsId: 'a' }], extra: 1 });
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const problem = answer.json<{ type: string; errors: { pointer: string; message: string }[] }>();
    expect(problem).toMatchObject({
      type: 'urn:reseal:problem:invalid-request',
      status: 422,
      instance: '/v1/orders',
    });
    expect(problem.errors.map(({ pointer }) => pointer).sort()).toEqual([
      '#',
      '#/consents/0/agreed',
      '#/name',
    ]);
  });

  it('Faults are in Korean for clients that prefer Korean', async () => {
    const answer = await post({ name: 1, consents: [] }, { 'accept-language': 'ko-KR,ko;q=0.9,en;q=0.5' });
    const problem = answer.json<{ title: string; errors: { message: string }[] }>();
    expect(problem.title).toBe('요청 내용이 올바르지 않습니다');
    expect(problem.errors[0]?.message).toMatch(/[가-힣]/);
  });

  it('Faults name query, path and header parameters', async () => {
    const fault = async (url: string, headers = {}) =>
      (await app.inject({ url, headers })).json<{ errors: object[] }>().errors[0];
    expect(await fault('/v1/orders?limit=1000')).toMatchObject({ in: 'query', parameter: 'limit' });
    expect(await fault('/v1/orders/7')).toMatchObject({ in: 'path', parameter: 'id' });
    expect(await fault('/v1/orders/keyed', { 'idempotency-key': 'short' })).toMatchObject({
      in: 'header',
      parameter: 'Idempotency-Key',
    });
  });

  it('A missing body is refused', async () => {
    const answer = await app.inject({ method: 'POST', url: '/v1/orders' });
    expect(answer.statusCode).toBe(422);
  });

  it('Pointers are written as in RFC 6901 section 6', () => {
    expect(pointerTo(['a/b', 0, '~', 'é'])).toBe('#/a~1b/0/~0/%C3%A9');
    expect(pointerTo([])).toBe('#');
  });
});

describe('problem documents', () => {
  it('A problem document has the error’s texts in one language, and extensions cannot replace its members', async () => {
    const answer = await app.inject('/v1/orders/teapot');
    expect(answer.statusCode).toBe(418);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.json()).toEqual({
      type: 'urn:reseal:problem:short-and-stout',
      title: 'Teapot',
      status: 418,
      detail: 'no coffee',
      instance: '/v1/orders/teapot',
      capacity: 3,
      traceId: answer.headers['x-request-id'],
    });
  });

  it.each([
    ['GET', '/nowhere', 404, 'not-found', {}, undefined],
    ['DELETE', '/v1/orders', 405, 'method-not-allowed', {}, undefined],
    ['GET', '/v1/orders/vanished', 404, 'not-found', {}, undefined],
    ['POST', '/v1/orders', 400, 'malformed-request', { 'content-type': 'application/json' }, '{"name":'],
    ['POST', '/v1/orders', 422, 'invalid-request', { 'content-type': 'application/json' }, ''],
    [
      'POST',
      '/v1/orders',
      400,
      'malformed-request',
      { 'content-type': 'application/json' },
      '{"__proto__":{"a":1}}',
    ],
    [
      'POST',
      '/v1/orders',
      413,
      'body-too-large',
      { 'content-type': 'application/json' },
      `"${'a'.repeat(300_000)}"`,
    ],
    ['POST', '/v1/orders', 415, 'unsupported-media-type', { 'content-type': 'text/plain' }, 'name'],
    [
      'POST',
      '/v1/orders',
      415,
      'unsupported-media-type',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'a=b',
    ],
    [
      'POST',
      '/v1/orders',
      415,
      'unsupported-media-type',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      '{}',
    ],
    // The router refuses both in the same way.
    ['GET', '/v1/orders/stream/', 404, 'not-found', {}, undefined],
    ['POST', '/v1/Orders', 404, 'not-found', {}, undefined],
    ['POST', '/nowhere', 404, 'not-found', { 'content-type': 'application/json' }, '{}'],
    ['GET', '/v1/orders/broken', 500, 'internal-error', {}, undefined],
    ['GET', '/v1/orders/%zz', 400, 'malformed-request', {}, undefined],
  ] as const)('%s %s → %i %s', async (method, url, status, slug, headers, payload) => {
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    expect(answer.json()).toMatchObject({
      type: `urn:reseal:problem:${slug}`,
      status,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).not.toContain('canary');
  });

  it('A refused content coding is answered with the accepted ones', async () => {
    const answer = await post({}, { 'content-encoding': 'br' });
    expect([answer.statusCode, answer.headers['accept-encoding']]).toEqual([415, 'identity']);
    expect((await post({ name: 'Kim', consents: [] }, { 'content-encoding': 'identity' })).statusCode).toBe(
      201,
    );
  });

  it.each(['/v1/orders', '/v1/orders/%73tream', '/v1/orders/7', '/health/live'])(
    'A 405 of %s names exactly its methods',
    async (url) => {
      const allow = (await app.inject({ method: 'PATCH', url })).headers['allow'] as string;
      const statuses = await Promise.all(
        (['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const).map(async (method) => {
          const { statusCode } = await app.inject({ method, url });
          return [method, statusCode !== 405] as const;
        }),
      );
      const taken = statuses.filter(([, takes]) => takes).map(([method]) => method);
      expect(allow.split(', ')).toEqual(taken.toSorted());
    },
  );

  it('A 405 names the methods of the path', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/v1/orders' });
    expect(answer.headers['allow']).toBe('GET, HEAD, POST');
  });

  it('An unknown error is logged with the trace id of the response', async () => {
    const answer = await app.inject('/v1/orders/broken');
    const line = lines
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .find(
        (entry) =>
          entry['msg'] === 'request failed' &&
          entry['traceId'] === answer.json<{ traceId: string }>().traceId,
      );
    expect(line).toMatchObject({ level: 'error', err: { message: expect.stringContaining('canary') } });
  });

  it('A refusal that is a part of normal work is not logged as a failure', async () => {
    const answer = await app.inject('/v1/orders/busy');
    expect(answer.statusCode).toBe(503);
    const { traceId } = answer.json<{ traceId: string }>();
    expect(lines.filter((text) => text.includes(traceId) && text.includes('request failed'))).toEqual([]);
  });

  it('A value that PostgreSQL refuses is 422, and is logged', async () => {
    const answer = await app.inject('/v1/orders/unstorable');
    expect(answer.json()).toMatchObject({ status: 422, type: 'urn:reseal:problem:invalid-request' });
    expect(answer.body).not.toContain('canary');
    const { traceId } = answer.json<{ traceId: string }>();
    const line = lines.find((text) => text.includes(traceId) && text.includes('PostgreSQL refused'));
    expect(JSON.parse(line!)).toMatchObject({ level: 'warn' });
    expect((await app.inject('/v1/orders/constraint')).statusCode).toBe(500);
  });

  it('A request target in absolute form is accepted', async () => {
    const { port } = app.getHttpServer().address() as { port: number };
    const text = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(
          'GET http://any.example/v1/orders?limit=5 HTTP/1.1\r\nhost: any.example\r\nconnection: close\r\n\r\n',
        ),
      );
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString())).on('close', () => resolve(received));
    });
    expect(text).toMatch(/^HTTP\/1\.1 200 .*\{"limit":5\}$/s);
  });

  it('Bytes that are not HTTP are answered with a problem', async () => {
    const { port } = app.getHttpServer().address() as { port: number };
    const text = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString())).on('close', () => resolve(received));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('urn:reseal:problem:malformed-request');
  });

  it('The language of a problem is chosen by the weights of Accept-Language', () => {
    expect(preferredLanguage()).toBe('en');
    expect(preferredLanguage('ko')).toBe('ko');
    expect(preferredLanguage('en;q=0.5, ko;q=0.7')).toBe('ko');
    expect(preferredLanguage('fr, en, ko')).toBe('en');
    expect(preferredLanguage('ko;q=0')).toBe('en');
    expect(preferredLanguage('ko-KR, en;q=0.9')).toBe('ko');
    expect(preferredLanguage('en;q=0, *')).toBe('ko');
  });
});

describe('requests', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

  it('A request keeps the trace id of the caller, also after its body is read', async () => {
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const answer = await post({ name: 'Kim', consents: [] }, headers);
    expect(answer.headers['x-request-id']).toBe(traceId);
    expect(answer.json()).toMatchObject({ traceId });
    // Over a socket, body and headers arrive in different asynchronous contexts.
    const url = `${await app.getUrl()}/v1/orders`;
    const body = JSON.stringify({ name: 'Kim', consents: [] });
    const overSocket = await fetch(url, {
      method: 'POST',
      body,
      headers: { ...headers, 'content-type': 'application/json' },
    });
    expect(await overSocket.json()).toMatchObject({ traceId });
  });

  it('A request is logged with route pattern and status, without query, body and headers', async () => {
    lines.length = 0;
    await app.inject({ url: '/v1/orders?limit=5&token=canary', headers: { authorization: 'Bearer canary' } });
    await post({ name: 'canary', consents: [] });
    const entry = JSON.parse(lines.find((line) => line.includes('"request"')) ?? '{}') as object;
    expect(entry).toMatchObject({ method: 'GET', route: '/v1/orders', status: 200, ms: expect.any(Number) });
    expect(lines.join('')).not.toContain('canary');
  });

  it('A response has security headers', async () => {
    const { headers } = await app.inject('/v1/orders');
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it('A response has Strict-Transport-Security if the application requires TLS', async () => {
    const options = { name: 'test', module: OrdersModule, config: { logLevel: 'silent' }, tlsOnly: true };
    const strict = await createApplication(options);
    await strict.init();
    for (const url of ['/v1/orders', '/nowhere']) {
      const { headers } = await strict.inject(url);
      expect([url, headers['strict-transport-security']]).toEqual([url, 'max-age=31536000']);
    }
    await strict.close();
  });
});

describe('health', () => {
  const listen = () => listenForMetrics(app, { metricsHost: '127.0.0.1', metricsPort: 0 });

  it('A process is live, and ready on its metrics listener when every check passes', async () => {
    expect((await app.inject('/health/live')).json()).toEqual({ status: 'up' });
    app.get(HealthRegistry).register('good', async () => Promise.resolve());
    const listener = await listen();
    expect((await fetch(`${listener.listeningOrigin}/health/live`)).status).toBe(200);
    expect((await fetch(`${listener.listeningOrigin}/health/ready`)).status).toBe(200);
    await listener.close();
  });

  it('Readiness and metrics are not served on the port for clients', async () => {
    for (const url of ['/metrics', '/health/ready']) expect((await app.inject(url)).statusCode).toBe(404);
  });

  it('Readiness is 503 and names a check that failed or took over a second, without the reason', async () => {
    const health = new HealthRegistry();
    health.register('bad', () => Promise.reject(new Error('canary')));
    health.register('stuck', () => new Promise(() => undefined));
    health.register('good', () => undefined);
    const report = await health.report();
    expect(report).toMatchObject({
      status: 'down',
      checks: { bad: { status: 'down' }, stuck: { status: 'down' }, good: { status: 'up' } },
    });
    expect(JSON.stringify(report)).not.toContain('canary');
  });

  it('Readiness shows the reason of a NotReady error', async () => {
    const health = new HealthRegistry();
    health.register('restore', () => {
      throw new NotReady('the database was restored');
    });
    expect((await health.report()).checks).toMatchObject({
      restore: { status: 'down', reason: 'the database was restored' },
    });
  });

  it('A process is ready but degraded while a check fails that it does not require', async () => {
    app.get(HealthRegistry).register('extra', () => Promise.reject(new Error('away')), { required: false });
    const listener = await listen();
    const ready = await fetch(`${listener.listeningOrigin}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'degraded', checks: { extra: { status: 'down' } } });
    await listener.close();
  });

  it('A required check that fails makes a degraded process not ready', async () => {
    const health = new HealthRegistry();
    health.register('extra', () => Promise.reject(new Error('away')), { required: false });
    health.register('needed', () => Promise.reject(new Error('away')));
    expect((await health.report()).status).toBe('down');
  });

  it('A draining process is not ready, and its long responses go on until it closes', async () => {
    const health = new HealthRegistry();
    health.drain();
    expect((await health.report()).status).toBe('draining');
    expect(health.closing.aborted).toBe(false);
    health.onModuleDestroy();
    expect(health.closing.aborted).toBe(true);
  });

  it('Prometheus metrics are served on the metrics listener', async () => {
    const listener = await listen();
    await app.inject('/nowhere');
    const answer = await listener.inject('/metrics');
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.body).toContain('reseal_http_request_duration_seconds_bucket');
    expect(answer.body).toMatch(/reseal_http_problems_total\{problem="not-found"[^}]*\} [1-9]/);
    await listener.close();
  });
});

describe('OpenAPI document', () => {
  it('The OpenAPI document has the schemas that the controllers validate with', () => {
    const base = new DocumentBuilder().setTitle('Orders').setVersion('1').build();
    const document = createOpenApiDocument(app, base);
    expect(document.openapi).toBe('3.1.1');
    const { post, get } = document.paths['/v1/orders'] ?? {};
    const order = { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } };
    expect(post?.requestBody).toMatchObject({ content: order });
    expect(post?.responses['201']).toMatchObject({ content: order });
    expect(post?.responses['default']).toMatchObject({
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    });
    expect(get?.parameters).toEqual([
      expect.objectContaining({ name: 'limit', in: 'query', required: false }),
    ]);
    expect(document.paths['/v1/orders/keyed']?.get?.parameters).toEqual([
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: true }),
    ]);
    expect(document.components?.schemas).toMatchObject({
      Order: { properties: { consents: { items: { $ref: '#/components/schemas/Consent' } } } },
      Consent: { required: ['termsId', 'agreed'] },
      Problem: { type: 'object' },
    });
    expect(Object.keys(document.paths)).not.toContain('/health/live');
  });
});

it('An edge problem can have additional headers', () => {
  expect(edgeProblem('unavailable', { headers: { 'retry-after': '1' } })).toMatchObject({
    status: 503,
    type: 'unavailable',
  });
});

describe('a log whose disk is full', () => {
  it('A log on a full disk does not change responses', async () => {
    const full = openSync('/dev/full', 'w');
    const output = new LogOutput(full);
    const logger = createLogger({ name: 'test', destination: output });
    const config = { host: '127.0.0.1', port: 0, logLevel: 'info' };
    const silent = await createApplication({ name: 'test', module: OrdersModule, config, logger });
    await silent.init();
    expect((await silent.inject('/v1/orders?limit=5')).json()).toEqual({ limit: 5 });
    const failed = await silent.inject('/v1/orders/broken');
    expect(failed.statusCode).toBe(500);
    expect(failed.headers['content-type']).toBe('application/problem+json');
    await silent.close();
    output.close();
    closeSync(full);
  });
});
