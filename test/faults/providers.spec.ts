import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { metricsUrlOf } from '../support/app-environment.js';
import type { Customer } from '../support/customer.js';
import { expectCompletedOnce, continueReissue, ordinaryPath } from '../support/crowd.js';
import { expectSuccess } from '../support/http.js';
import { connectToStack } from '../support/running-stack.js';
import type { Provider } from '../support/sandbox.js';
import { until } from '../support/until.js';
import { untilWorkflowCompleted } from '../support/workflows.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterEach(() => stack.sandbox.clearFaults());
afterAll(() => stack.close());

const all: readonly Provider[] = ['telecom', 'telecom-2', 'one-won', 'sms', 'smtp'];

const companies = ['telecom', 'telecom-2'] as const;

async function finish(customer: Customer): Promise<void> {
  await continueReissue(customer, ordinaryPath.length);
  await untilWorkflowCompleted(stack.temporal, customer.reissueId, 60_000);
  await expectCompletedOnce(stack, [customer]);
}

describe('providers whose answers are lost', () => {
  it('Providers whose answers are lost are asked for the outcome: each code and notification is sent once', async () => {
    const customer = await stack.newCustomer();
    for (const provider of all) await stack.sandbox.setFault(provider, { mode: 'lost' });
    expectSuccess(await customer.start());
    expect(await stack.sandbox.inbox(customer.person.mobile)).toHaveLength(1);
    const { results, reissue } = expectSuccess(await customer.verify());
    expect(results.map(({ accepted }) => accepted)).toEqual([true, true]);
    expect(reissue.attempts.identity).toBe(5);
    await continueReissue(customer, ordinaryPath.length);
    await until('a notice whose answer is lost', async () => {
      const messages = await stack.sandbox.inbox(customer.person.mobile);
      return messages.length > 1;
    });
    await stack.sandbox.clearFaults();
    await finish(customer);
  });
});

describe('providers who do everything twice', () => {
  it('Providers that work twice cause no double effect', async () => {
    const customer = await stack.newCustomer();
    for (const provider of all) await stack.sandbox.setFault(provider, { mode: 'twice' });
    await finish(customer);
  });
});

describe('slow providers', () => {
  it('Calls wait for slow providers', async () => {
    const customer = await stack.newCustomer();
    for (const provider of all) await stack.sandbox.setFault(provider, { mode: 'slow', ms: 2_000 });
    await finish(customer);
  });
});

describe('providers who are down for a while', () => {
  it('Calls wait for providers that are down no longer than the outage', async () => {
    const customer = await stack.newCustomer();
    for (const company of companies) await stack.sandbox.setFault(company, { mode: 'down' });
    const start = customer.start();
    await until('the first attempt to have failed', async () => {
      const row = await stack.db
        .selectFrom('challenge')
        .innerJoin('reissue', 'reissue.reissue_id', 'challenge.reissue_id')
        .select('challenge.state')
        .where('applicant_mobile', '=', customer.person.mobile)
        .where('method', '=', 'PHONE_CODE')
        .executeTakeFirst();
      return row?.state === 'PREPARED';
    });
    for (const company of companies) await stack.sandbox.setFault(company, { mode: 'ok' });
    expectSuccess(await start);
    await finish(customer);
  });

  it('A reissue is registered while the notification providers are down, and the messages follow later', async () => {
    const customer = await stack.newCustomer();
    for (const provider of ['sms', 'smtp'] as const) await stack.sandbox.setFault(provider, { mode: 'down' });
    await continueReissue(customer, ordinaryPath.length);
    expect(await stack.sandbox.inbox(customer.person.mobile)).toHaveLength(1);
    await stack.sandbox.clearFaults();
    await finish(customer);
  });
});

describe('a telecom company that is down', () => {
  /** The providers that sent codes to this person, in order. */
  const sendersTo = async ({ person }: Customer) =>
    (await stack.sandbox.inbox(person.mobile)).map(({ id }) => id.split('/')[0]).reverse();
  const start = (customer: Customer) => customer.start({ methods: ['PHONE_CODE'] }).then(expectSuccess);

  it('The second telecom company replaces the first while it is down, compares its own codes, and the first returns', async () => {
    const people = await stack.sandbox.makePeople(6, 'VALID');
    const crowd = await Promise.all(people.map((person) => stack.customerFor(person)));
    await stack.sandbox.setFault('telecom', { mode: 'down' });
    await Promise.all(crowd.map(start));
    for (const customer of crowd) expect(await sendersTo(customer)).toEqual(['telecom-2']);
    expect(await circuitOf('/v1/telecom')).not.toBe(0);
    expect(await circuitOf('/v1/telecom-2')).toBe(0);

    await stack.sandbox.setFault('telecom', { mode: 'ok' });
    const { results } = expectSuccess(await crowd[0]!.verify());
    expect(results.map(({ accepted }) => accepted)).toEqual([true]);
    await until('the company to be called again', async () => {
      const customer = await stack.newCustomer();
      await start(customer);
      return (await sendersTo(customer))[0] === 'telecom';
    });
    expect(await circuitOf('/v1/telecom')).toBe(0);
  });
});

/** State of the circuit breaker of an address: 0 closed, 1 trial calls, 2 open. */
async function circuitOf(path: string): Promise<number> {
  const metrics = await (await fetch(`${metricsUrlOf('worker')}/metrics`)).text();
  const line = metrics
    .split('\n')
    .find((each) => each.includes('reseal_provider_circuit{') && each.includes(`${path}"`));
  return Number(line?.split(' ').at(-1));
}
