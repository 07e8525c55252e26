import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import { AppCopies, type AppCopy } from '../support/app-copies.js';
import type { Customer } from '../support/customer.js';
import { Gateway, newIdempotencyKey } from '../support/gateway.js';
import { expectSuccess, send } from '../support/http.js';
import { pollersOf } from '../support/pollers.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import { until } from '../support/until.js';

jest.setTimeout(180_000);
const hourMs = 3_600_000;
/** Above this the alert ClockWrong fires (deploy/alerts/reseal.rules.yaml). */
const alertAboveSeconds = 5;

const stack = connectToStack();
const copies = new AppCopies();
let customer: Customer;

const clockDown = async (copy: AppCopy) => (await copy.readiness()).checks['clock']?.status === 'down';
const identities = () => [copies.of('worker').identity, copies.of('signer').identity];
const pollers = async () => [
  ...(await pollersOf(stack.temporal, 'reissue')),
  ...(await pollersOf(stack.temporal, 'signing')),
];

beforeAll(async () => {
  customer = await stack.newCustomer();
  expectSuccess(await customer.start());
  const preload = pathToFileURL(resolve('test/support/wrong-clock.mjs')).href;
  await copies.start(() => ({ NODE_OPTIONS: `--import=${preload}`, CLOCK_AHEAD_MS: String(hourMs) }));
  await copies.each((copy) =>
    until(`the copy of ${copy.app} to compare clocks`, () => clockDown(copy), { timeoutMs: 150_000 }),
  );
});
afterAll(async () => {
  await copies.end();
  await stack.close();
});

/** Withdraws the customer's reissue through a copy of the gateway. */
const cancelAtCopy = (patienceMs: number) =>
  new Gateway(copies.of('gateway').url).post(
    `/v1/reissues/${customer.reissueId}/cancel`,
    {},
    { accessToken: customer.accessToken, patienceMs },
  );

/** Plans, through a copy of the operators' app, to abandon a reissue. A plan changes nothing. */
async function planAtCopy(patienceMs: number) {
  const headers = {
    authorization: `Bearer ${await stack.sandbox.staffToken('olivia')}`,
    'idempotency-key': newIdempotencyKey(),
  };
  const selection = { reissueIds: [customer.reissueId] };
  const body = { kind: 'abandon', selection, reason: 'the customer gave up' };
  const url = `${copies.of('ops').url}/v1/operations`;
  return send({ method: 'POST', url, headers, body }, { patienceMs });
}

it('Every app whose clock is an hour ahead is not ready and names the clock', async () => {
  await copies.each(async (copy) => {
    const { status, checks } = await copy.readiness();
    expect(status).toBe('down');
    expect(checks['clock']?.reason).toMatch(/^the clock is 3[56]\d\d s ahead of the database's/);
  });
});

it('Every app whose clock is an hour ahead shows it in the metric of the alert', async () => {
  await copies.each(async (copy) => {
    const ahead = await copy.metric('reseal_clock_ahead_seconds');
    expect(ahead).toBeGreaterThan(alertAboveSeconds);
    expect(Math.abs(ahead - hourMs / 1_000)).toBeLessThan(60);
  });
});

it('A gateway and an ops app with a wrong clock change nothing and do not blame the caller’s clock', async () => {
  for (const answer of [await cancelAtCopy(0), await planAtCopy(0)]) {
    expectProblem(answer, 'unavailable');
    expect(JSON.stringify(answer.body)).not.toMatch(/clock|time of|시각|시계/i);
  }
});

it('A status app with a wrong clock gives no dated answer', async () => {
  const { status } = await fetch(`${copies.of('status').url}/ocsp`, { method: 'POST' });
  expect(status).toBe(503);
});

it('A worker and a signer with a wrong clock poll no task, and the others do all work', async () => {
  await (await stack.newCustomer()).completeReissue();
  const seen = await pollers();
  expect(seen).not.toEqual([]);
  expect(seen.filter((identity) => identities().includes(identity))).toEqual([]);
});

it('A process with a wrong clock writes no audit entry', async () => {
  const { rows } = await sql<{ actor: string; action: string }>`
    SELECT actor, action FROM authority_entry WHERE occurred_at > recorded_at + interval '1 minute'
    UNION ALL SELECT actor, action FROM audit_entry WHERE occurred_at > recorded_at + interval '1 minute'`.execute(
    stack.db,
  );
  expect(rows).toEqual([]);
});

it('Processes are ready again once their clock is right, poll, and do the refused work', async () => {
  await copies.each((copy) => Promise.resolve(copy.signal('SIGUSR2')));
  await copies.each((copy) => copy.untilReady());
  await until('worker and signer to poll', async () => {
    const seen = await pollers();
    return identities().every((identity) => seen.includes(identity));
  });
  expectSuccess(await planAtCopy(30_000));
  expectSuccess(await cancelAtCopy(60_000));
});

it('A process with a wrong clock records its start once the clock is right', async () => {
  const started = async () => {
    const { rows } = await sql<{ instance: string }>`
      SELECT details ->> 'instance' AS instance FROM authority_entry WHERE action = 'startProcess'`.execute(
      stack.db,
    );
    return rows.map(({ instance }) => instance);
  };
  await copies.each((copy) =>
    until(`the start of the copy of ${copy.app}`, async () => (await started()).includes(copy.instance)),
  );
});
