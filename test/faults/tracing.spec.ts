import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { rememberedSecrets } from '../support/canaries.js';
import { CanaryScanner } from '../support/canary-scanner.js';
import type { Customer } from '../support/customer.js';
import { bookmarkEvents, readEvents, type Bookmark, type ReceivedEvent } from '../support/kafka.js';
import { personalDataOf, secretsOf, stackSecrets } from '../support/known-secrets.js';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl } from '../support/stack-control.js';
import { until } from '../support/until.js';

jest.setTimeout(300_000);
const stack = connectToStack();
const control = new StackControl();
const traced = ['signer', 'worker', 'gateway'] as const;

async function restartTraced(env: Readonly<Record<string, string>>): Promise<void> {
  for (const app of traced) await control.stop(app);
  for (const app of traced) await control.start(app, env);
}

let receiver: OtlpReceiver;
let customer: Customer;
let bookmark: Bookmark;
beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  await restartTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_BSP_SCHEDULE_DELAY: '50' });
  bookmark = await bookmarkEvents(stack.addresses.kafkaBrokers);
  customer = await stack.newCustomer('VALID');
  await customer.completeReissue('LOST');
});
afterAll(async () => {
  await restartTraced({});
  await control.restore(stack);
  await receiver.close();
  await stack.close();
});

/** The spans of the trace of a request, once all of `expected` have arrived, as `<service> <name>`. */
async function traceOf(route: string, expected: readonly string[]): Promise<ReceivedSpan[]> {
  return until(`the spans of ${route}: ${expected.join(', ')}`, () => {
    const { spans } = receiver;
    const root = spans.find(({ name }) => name === route);
    const trace = spans.filter(({ traceId }) => traceId === root?.traceId);
    const names = new Set(trace.map(({ service, name }) => `${service} ${name}`));
    return expected.every((each) => names.has(each)) && trace;
  });
}

it('One trace has the spans of gateway, worker, signer, PostgreSQL and Kafka for one step', async () => {
  const trace = await traceOf('POST /v1/reissues/:id/certificate', [
    'reseal-gateway update requestCertificate',
    'reseal-worker requestCertificate',
    'reseal-signer issueCertificate',
    'reseal-worker recordIssue',
    'reseal-worker publish reseal.reissue.issued.v1',
  ]);
  const of = (name: string) => trace.find((span) => span.name === name)!;
  const update = of('update requestCertificate');
  for (const activity of ['requestCertificate', 'issueCertificate', 'recordIssue'])
    expect(of(activity).parentSpanId).toBe(update.spanId);
  const queries = trace.filter(({ attributes }) => attributes['db.system.name'] === 'postgresql');
  expect(new Set(queries.map(({ service }) => service))).toEqual(
    new Set(['reseal-gateway', 'reseal-worker', 'reseal-signer']),
  );
  // Every span has its parent in the trace, except that of the request.
  const ids = new Set(trace.map(({ spanId }) => spanId));
  expect(trace.filter(({ parentSpanId }) => !parentSpanId || !ids.has(parentSpanId))).toHaveLength(1);
});

it('A step that calls providers has spans of the calls', async () => {
  await traceOf('POST /v1/reissues/:id/identity/verifications', [
    'reseal-worker reserveTries',
    'reseal-worker call telecom',
  ]);
});

it('The Kafka message of a step continues its trace', async () => {
  const trace = await traceOf('POST /v1/reissues/:id/certificate', [
    'reseal-worker publish reseal.reissue.issued.v1',
  ]);
  const isIssued = ({ event }: ReceivedEvent) =>
    event.type === 'reseal.reissue.issued.v1' && event.data?.['reissueId'] === customer.reissueId;
  const events = await readEvents({
    brokers: stack.addresses.kafkaBrokers,
    from: bookmark,
    until: (received) => received.some(isIssued),
  });
  const { traceId, spanId } = trace.find(({ name }) => name === 'publish reseal.reissue.issued.v1')!;
  expect(events.find(isIssued)?.traceparent).toBe(`00-${traceId}-${spanId}-01`);
});

it('Spans hold no secret and nothing that identifies a person', async () => {
  await traceOf('POST /v1/reissues/:id/registration', ['reseal-worker proveRegistration']);
  const person = [customer.person];
  const scanner = new CanaryScanner([
    ...rememberedSecrets(),
    ...secretsOf(person),
    ...personalDataOf(person),
    ...stackSecrets(),
  ]);
  expect(receiver.bodies.flatMap((body) => [...scanner.find(body)].map(({ kind }) => kind))).toEqual([]);
  const text = receiver.bodies.map(String).join('\n');
  expect(text).not.toContain(customer.reissueId);
});

it('Without OpenTelemetry’s variables no process exports spans, and events have no header', async () => {
  await restartTraced({});
  const requests = receiver.bodies.length;
  const untraced = await stack.newCustomer('VALID');
  await untraced.completeReissue('LOST');
  const events = await readEvents({
    brokers: stack.addresses.kafkaBrokers,
    from: bookmark,
    keys: [untraced.reissueId],
    until: (received) => received.some(({ event }) => event.type === 'reseal.reissue.registered.v1'),
  });
  expect(new Set(events.map(({ traceparent }) => traceparent))).toEqual(new Set([undefined]));
  expect(receiver.bodies).toHaveLength(requests);
});
