import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Customer } from '../support/customer.js';
import { expectCompletedOnce, continueReissue, customersAtEachStep, ordinaryPath } from '../support/crowd.js';
import { expectSuccess, type Answer } from '../support/http.js';
import { bookmarkEvents, type Bookmark } from '../support/kafka.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl, type Component } from '../support/stack-control.js';
import { readCheckedEvents } from '../support/checked-events.js';
import { until } from '../support/until.js';
import { untilWorkflowCompleted } from '../support/workflows.js';

jest.setTimeout(300_000);
const stack = connectToStack();
const control = new StackControl();
const patient = { patienceMs: 120_000 };

/** All customers of these tests. The last test checks that each effect happened once for each of them. */
const allCustomers: Customer[] = [];
let bookmark: Bookmark;
beforeAll(async () => {
  bookmark = await bookmarkEvents(stack.addresses.kafkaBrokers);
});
afterEach(() => control.restore(stack));

/** Kills and starts processes, and checks that no other process ended. */
async function killAndStart(...victims: Component[]): Promise<void> {
  const before = await control.processIds();
  await control.killAndStart(...victims);
  const after = await control.processIds();
  for (const victim of victims) delete before[victim];
  expect(after).toMatchObject(before);
}
afterAll(() => stack.close());

async function arrivals(): Promise<Customer[]> {
  const crowd = await customersAtEachStep(stack);
  allCustomers.push(...crowd);
  return crowd;
}
const finish = (crowd: readonly Customer[]) =>
  Promise.all(crowd.map((customer) => continueReissue(customer, ordinaryPath.length, patient)));

describe('the signer', () => {
  let customer: Customer;
  let call: Promise<Answer>;

  it('The signer restarts after a kill during signing', async () => {
    customer = await stack.newCustomer();
    allCustomers.push(customer);
    await continueReissue(customer, 4);
    call = customer.requestCertificate(undefined, { patienceMs: 240_000 });
    await delay(40);
    await killAndStart('signer');
  });

  afterAll(async () => {
    // Temporal misses the heartbeats of the killed attempt after 8 s, and its intent lasts longer. Meanwhile the other tests
    // run.
    expectSuccess(await call);
    await finish([customer]);
  }, 300_000);

  it.each<[Component[]]>([[['worker']], [['signer', 'gateway']], [['temporal']], [['postgres']]])(
    'A reissue completes although %s is killed between any two steps',
    async (victims) => {
      const crowd = await arrivals();
      await killAndStart(...victims);
      await finish(crowd);
    },
  );

  describe('while a call of every kind is under way', () => {
    it.each<[Component[], number]>([
      [['worker'], 10],
      [['worker'], 60],
      [['gateway'], 40],
      [['temporal', 'worker'], 40],
      [['postgres'], 50],
    ])(
      'A call that is repeated after %s was killed after %d ms finds its step done or does it',
      async (victims, afterMs) => {
        const crowd = await arrivals();
        const calls = crowd.map((customer, taken) => ordinaryPath[taken]!.call(customer, patient));
        await delay(afterMs);
        await killAndStart(...victims);
        for (const [index, answer] of (await Promise.all(calls)).entries()) {
          expectSuccess(answer);
          expect(crowd[index]!.reissue?.state).toBe(ordinaryPath[index]!.state);
        }
        await finish(crowd);
      },
    );
  });
});

describe('the worker while providers are slow', () => {
  const providers = ['telecom', 'one-won'] as const;
  /** A code that is wrong, but has the form of a right one. */
  const otherThan = (code: string) => `${code[0] === '0' ? '1' : '0'}${code.slice(1)}`;

  it.each([
    ['before the providers have acted', 'slow'],
    ['after the providers have acted', 'late'],
  ] as const)(
    'Each code is sent once and each answer counts once if the worker is killed %s',
    async (_, mode) => {
      const [starting, answering] = await Promise.all([stack.newCustomer(), stack.newCustomer()]);
      allCustomers.push(starting, answering);
      expectSuccess(await answering.start());
      const { PHONE_CODE, ONE_WON } = await answering.readCodes();

      for (const provider of providers) await stack.sandbox.setFault(provider, { mode, ms: 10_000 });
      const started = starting.start({}, patient);
      const answered = answering.verify({ PHONE_CODE: otherThan(PHONE_CODE!), ONE_WON: ONE_WON! }, patient);
      for (const provider of providers)
        await until(`both calls of ${provider}`, async () => {
          return (await stack.sandbox.waitingCalls(provider)) === 2;
        });
      await control.kill('worker');
      await stack.sandbox.clearFaults();
      await control.start('worker');

      expectSuccess(await started);
      const { results, reissue } = expectSuccess(await answered);
      expect(results.map(({ accepted }) => accepted).toSorted()).toEqual([false, true]);
      expect(reissue.attempts.identity).toBe(4);
      // The providers also act on calls whose caller was killed.
      for (const provider of providers)
        await until(`the killed calls of ${provider} to end`, async () => {
          return (await stack.sandbox.waitingCalls(provider)) === 0;
        });
      for (const { person } of [starting, answering]) {
        expect(await stack.sandbox.inbox(person.mobile)).toHaveLength(1);
        expect(await stack.sandbox.deposits(person.account.number)).toHaveLength(1);
      }
      expectSuccess(await answering.verify({ PHONE_CODE: PHONE_CODE! }));
      await finish([starting, answering]);
    },
  );
});

describe('whatever was killed', () => {
  it('Every reissue was completed once after all kills', async () => {
    const ids = allCustomers.map(({ reissueId }) => reissueId);
    await Promise.all(ids.map((id) => untilWorkflowCompleted(stack.temporal, id, 120_000)));
    await expectCompletedOnce(stack, allCustomers);
  });

  it('Every change was published in order', async () => {
    await readCheckedEvents(
      stack,
      bookmark,
      allCustomers.map(({ reissueId }) => reissueId),
      120_000,
    );
  });
});
