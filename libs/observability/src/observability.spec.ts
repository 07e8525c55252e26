import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import { logContext, withLogContext } from './log-context.js';
import { createMetrics } from './metrics.js';
import { traceIdFrom, traceparentFor } from './trace-id.js';

const capture = () => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    name: 'test',
    destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  return { logger, lines };
};

describe('logger', () => {
  it('The logger writes one JSON object per line with application, level and trace id', async () => {
    const { logger, lines } = capture();
    await withLogContext({ traceId: 'abc' }, async () => {
      await Promise.resolve();
      logger.info({ route: '/x' }, 'hello');
    });
    logger.info('outside');
    expect(lines[0]).toMatchObject({ app: 'test', level: 'info', traceId: 'abc', route: '/x', msg: 'hello' });
    expect(lines[1]).not.toHaveProperty('traceId');
    expect(logContext()).toBeUndefined();
  });

  it('The logger redacts secret fields, also two levels down', () => {
    const { logger, lines } = capture();
    logger.info({
      password: 'canary',
      request: { authorization: 'canary', inner: { rrn: 'canary', jwe: 'canary' } },
    });
    logger.info({ headers: { any: 'canary' }, body: 'canary' });
    logger.info({
      list: [{ token: 'canary' }],
      failure: Object.assign(new Error('x'), { headers: 'canary' }),
    });
    logger.child({ request: { cookie: 'canary' } }).info('a line of a child');
    expect(lines).toHaveLength(4);
    expect(JSON.stringify(lines)).not.toContain('canary');
  });

  it('The logger changes nothing that it was given', () => {
    const { logger, lines } = capture();
    const given = { at: new Date(0), request: { password: 'canary', method: 'POST' } };
    logger.info(given);
    expect(given).toEqual({ at: new Date(0), request: { password: 'canary', method: 'POST' } });
    expect(lines[0]).toMatchObject({
      at: '1970-01-01T00:00:00.000Z',
      request: { password: '[redacted]', method: 'POST' },
    });
  });

  it('An error with a secret property is still written as an error', () => {
    const { logger, lines } = capture();
    logger.error({ err: Object.assign(new TypeError('wrong'), { headers: 'canary' }) });
    logger.error({ error: 'canary' });
    expect(lines).toMatchObject([
      { err: { type: 'TypeError', message: 'wrong' } },
      { error: { message: 'not an Error' } },
    ]);
    expect(JSON.stringify(lines)).not.toContain('canary');
  });

  it('The logger writes message, code and cause of an error, and no other properties', () => {
    const { logger, lines } = capture();
    const cause = Object.assign(new TypeError('inner'), { parameters: ['canary'] });
    const error = Object.assign(new Error('outer', { cause }), { code: '23505', detail: 'Key (x)=(canary)' });
    logger.error({ err: error }, 'failed');
    expect(lines[0]).toMatchObject({
      err: { message: 'outer', code: '23505', cause: { type: 'TypeError', message: 'inner' } },
    });
    expect(JSON.stringify(lines)).not.toContain('canary');
  });
});

describe('trace id', () => {
  const id = '4bf92f3577b34da6a3ce929d0e0e4736';

  it('A trace id is taken from a valid traceparent', () => {
    expect(traceIdFrom(`00-${id}-00f067aa0ba902b7-01`)).toBe(id);
    expect(traceIdFrom(`01-${id}-00f067aa0ba902b7-01-more`)).toBe(id);
    expect(traceIdFrom(traceparentFor(id))).toBe(id);
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `ff-${id}-00f067aa0ba902b7-01`,
    `00-${id}-0000000000000000-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${id}-00f067aa0ba902b7-01-more`,
    `00-${id.toUpperCase()}-00f067aa0ba902b7-01`,
  ])('A new trace id is made for the traceparent %s', (header) => {
    const made = traceIdFrom(header);
    expect(made).toMatch(/^[0-9a-f]{32}$/);
    expect(made).not.toBe(id);
  });
});

describe('metrics', () => {
  it('Metrics count requests by method, route pattern and status in a separate registry', async () => {
    const metrics = createMetrics('test');
    metrics.httpDuration.observe({ method: 'GET', route: '/v1/x/:id', status: '200' }, 0.01);
    const text = await metrics.registry.metrics();
    expect(text).toContain(
      'reseal_http_request_duration_seconds_count{app="test",method="GET",route="/v1/x/:id",status="200"} 1',
    );
    expect(text).toContain('process_cpu_user_seconds_total');
    expect(() => createMetrics('again')).not.toThrow();
  });
});
