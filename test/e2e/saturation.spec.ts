import { afterAll, afterEach, expect, it, jest } from '@jest/globals';
import { metricsUrlOf } from '../support/app-environment.js';
import { continueReissue } from '../support/crowd.js';
import type { Started } from '../support/customer.js';
import { expectSuccess, type Answer } from '../support/http.js';
import { newIdempotencyKey } from '../support/gateway.js';
import { connectToStack } from '../support/running-stack.js';

jest.setTimeout(180_000);
const stack = connectToStack();
afterEach(() => stack.sandbox.clearFaults());
afterAll(() => stack.close());

const isRefused = ({ status, headers }: Answer) => status === 503 && headers.has('retry-after');

it('A saturated gateway refuses starts early, serves reissues under way, and accepts starts again', async () => {
  const underWay = await stack.newCustomer();
  await continueReissue(underWay, 2);
  const limit = await admission('limit');
  const refusedBefore = await admission('refused_total');
  const people = await stack.sandbox.makePeople(limit + 5, 'VALID');
  const crowd = await Promise.all(people.map((person) => stack.customerFor(person)));
  const starts = crowd.map((customer) => {
    const options = { idempotencyKey: newIdempotencyKey() };
    const overrides = { methods: ['PHONE_CODE'] } as const;
    return (patience: { patienceMs?: number }) => customer.start(overrides, { ...options, ...patience });
  });

  // Less than a call of a provider may take.
  await stack.sandbox.setFault('telecom', { mode: 'slow', ms: 4_000 });
  const answers = starts.map((start) => start({ patienceMs: 0 }));
  const refused = await firstRefused(answers);
  expect(refused.problem?.type).toMatch(/unavailable$/);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const step = await underWay.submitPassword(undefined, { patienceMs: 0 });
  expect(isRefused(step)).toBe(false);

  const all = await Promise.all(answers);
  const refusals = all.filter(isRefused);
  expect(refusals.length).toBeGreaterThanOrEqual(5);
  expect((await admission('refused_total')) - refusedBefore).toBeGreaterThanOrEqual(refusals.length);
  await stack.sandbox.clearFaults();
  await Promise.all(starts.map(async (start) => expectSuccess(await start({}))));
  await continueReissue(underWay, 3);
});

/** The first answer that refuses a start because of too much load. @throws AggregateError if there is none */
function firstRefused(answers: readonly Promise<Answer<Started>>[]): Promise<Answer<Started>> {
  return Promise.any(
    answers.map(async (answer) => {
      if (isRefused(await answer)) return answer;
      throw new Error('the start was not refused');
    }),
  );
}

/** A figure of the gateway's admission of starts. */
async function admission(name: 'limit' | 'refused_total'): Promise<number> {
  const metrics = await (await fetch(`${metricsUrlOf('gateway')}/metrics`)).text();
  const line = new RegExp(`^reseal_gateway_admission_${name}\\{[^}]*kind="start"[^}]*\\} (\\S+)$`, 'm');
  return Number(line.exec(metrics)?.[1]);
}
