import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import {
  activeTrace,
  inChildSpan,
  inSpan,
  startSpan,
  startTracing,
  stopTracing,
  traceparentIn,
} from './tracing.js';

const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const logged: string[] = [];
const logger = createLogger({ name: 'test', destination: { write: (line) => void logged.push(line) } });
const named = (name: string) => () => ({ name, options: {} });

interface Exported {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

/** The spans that `work` leads to, as an OTLP receiver gets them, and its requests. */
async function exportedBy(work: () => Promise<unknown>, env: Record<string, string> = {}, status = 200) {
  const requests: { headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, ...env };
  // The exporter reads some of them itself.
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    await startTracing('test', logger, { ...process.env });
    await work().catch(() => undefined);
    await stopTracing();
  } finally {
    process.env = before;
    server.closeAllConnections();
    server.close();
  }
  const resources = requests.flatMap(
    ({ body }) =>
      (JSON.parse(body) as { resourceSpans: { resource: object; scopeSpans: { spans: Exported[] }[] }[] })
        .resourceSpans,
  );
  const spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  return { requests, resources, spans };
}

afterEach(() => stopTracing());

describe('tracing without an endpoint', () => {
  it('Nothing is traced, and work runs as it is', async () => {
    await startTracing('test', logger, {});
    await startTracing('test', logger, {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_SDK_DISABLED: 'true',
    });
    expect(startSpan('work')).toBeUndefined();
    expect(await inSpan('work', {}, () => Promise.resolve(activeTrace()))).toEqual({});
    expect(await inChildSpan(named('work'), () => Promise.resolve(activeTrace()))).toEqual({});
  });
});

describe('tracing with an endpoint', () => {
  it('A span continues the trace of its parent, and spans within it are its children', async () => {
    const { spans } = await exportedBy(() =>
      inSpan('outer', { parent }, async () => {
        expect(activeTrace().traceparent).toMatch(new RegExp(`^00-${'a'.repeat(32)}-[0-9a-f]{16}-01$`));
        await Promise.resolve();
        await inChildSpan(named('inner'), () => Promise.resolve());
      }),
    );
    const [inner, outer] = spans;
    expect(inner).toMatchObject({ name: 'inner', traceId: 'a'.repeat(32), parentSpanId: outer!.spanId });
    expect(outer).toMatchObject({ name: 'outer', traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) });
  });

  it('Work outside of a span gets no span of its own as a child', async () => {
    const { spans } = await exportedBy(() => inChildSpan(named('poll'), () => Promise.resolve()));
    expect(spans).toEqual([]);
  });

  it('An error ends its span with its name only', async () => {
    const { spans, requests } = await exportedBy(() =>
      inSpan('failing', {}, () => Promise.reject(new TypeError('the secret of 홍길동'))),
    );
    expect(spans).toMatchObject([{ status: { code: 2 }, attributes: [{ key: 'error.type' }] }]);
    expect(requests[0]!.body).not.toContain('secret');
  });

  it('The standard variables name the service, its attributes and headers', async () => {
    const { requests, resources } = await exportedBy(() => inSpan('work', {}, () => Promise.resolve()), {
      OTEL_SERVICE_NAME: 'bank-reseal',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=bank',
    });
    expect(requests[0]!.headers['x-tenant']).toBe('bank');
    expect(JSON.stringify(resources[0]!.resource)).toContain('bank-reseal');
    expect(JSON.stringify(resources[0]!.resource)).toContain('deployment.environment.name');
  });

  it('A sampler that is off, or a parent that is not sampled, exports nothing', async () => {
    const work = () => inSpan('work', {}, () => Promise.resolve());
    expect((await exportedBy(work, { OTEL_TRACES_SAMPLER: 'always_off' })).spans).toEqual([]);
    const unsampled = { parent: parent.replace(/01$/, '00') };
    expect((await exportedBy(() => inSpan('work', unsampled, () => Promise.resolve()))).spans).toEqual([]);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
    ['OTEL_BSP_SCHEDULE_DELAY', 'soon'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ])('The variable %s refuses %s', async (name, value) => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', [name]: value };
    await expect(startTracing('test', logger, env)).rejects.toThrow(name);
  });

  it('A certificate that cannot be read is refused', async () => {
    const env = { OTEL_EXPORTER_OTLP_CERTIFICATE: '/nonexistent/ca.pem' };
    await expect(exportedBy(() => Promise.resolve(), env)).rejects.toThrow(/root certificate/);
  });

  it('The log counts the spans that the receiver refuses', async () => {
    await exportedBy(() => inSpan('work', {}, () => Promise.resolve()), {}, 400);
    expect(logged.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 'warn', msg: 'spans could not be exported', spans: 1 },
    ]);
  });
});

describe('the trace of an activity', () => {
  it.each([
    ['a message', [{ kind: 'cancel', traceparent: parent }], parent],
    ['a request with a message', ['ri_1', { message: { traceparent: parent } }], parent],
    ['arguments without one', ['ri_1', undefined, null, { message: {} }], undefined],
    ['an invalid one', [{ traceparent: `${parent}\n` }], undefined],
  ])('traceparentIn reads the trace of %s', (_, args, expected) => {
    expect(traceparentIn(args)).toBe(expected);
  });
});
