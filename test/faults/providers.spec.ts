import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Customer } from '../support/customer.js';
import { expectDoneOnce, goOn, ordinaryPath } from '../support/crowd.js';
import { expectSuccess } from '../support/http.js';
import { connectToStack } from '../support/running-stack.js';
import type { Provider } from '../support/sandbox.js';
import { until } from '../support/until.js';
import { workflowCompleted } from '../support/workflows.js';

jest.setTimeout(90_000);
const stack = connectToStack();
afterEach(() => stack.sandbox.clearFaults());
afterAll(() => stack.close());

const all: readonly Provider[] = ['telecom', 'one-won', 'sms', 'smtp'];

async function finish(customer: Customer): Promise<void> {
  await goOn(customer, ordinaryPath.length);
  await workflowCompleted(stack.temporal, customer.reissueId, 60_000);
  await expectDoneOnce(stack, [customer]);
}

describe('providers whose answers are lost', () => {
  it('are asked what became of it: each code is sent once, each notice arrives once', async () => {
    const customer = await stack.arrive();
    for (const provider of all) await stack.sandbox.setFault(provider, { mode: 'lost' });
    expectSuccess(await customer.start());
    expect(await stack.sandbox.inbox(customer.person.mobile)).toHaveLength(1);
    const { results, reissue } = expectSuccess(await customer.verify());
    expect(results.map(({ accepted }) => accepted)).toEqual([true, true]);
    expect(reissue.attempts.identity).toBe(5);
    await goOn(customer, ordinaryPath.length);
    await until('a notice whose answer is lost', async () => {
      const messages = await stack.sandbox.inbox(customer.person.mobile);
      return messages.length > 1;
    });
    await stack.sandbox.clearFaults();
    await finish(customer);
  });
});

describe('providers who do everything twice', () => {
  it('do nothing twice that can be seen', async () => {
    const customer = await stack.arrive();
    for (const provider of all) await stack.sandbox.setFault(provider, { mode: 'twice' });
    await finish(customer);
  });
});

describe('slow providers', () => {
  it('are waited for', async () => {
    const customer = await stack.arrive();
    for (const provider of all) await stack.sandbox.setFault(provider, { mode: 'slow', ms: 2_000 });
    await finish(customer);
  });
});

describe('providers who are down for a while', () => {
  it('keep a call waiting no longer than they are down', async () => {
    const customer = await stack.arrive();
    await stack.sandbox.setFault('telecom', { mode: 'down' });
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
    await stack.sandbox.setFault('telecom', { mode: 'ok' });
    expectSuccess(await start);
    await finish(customer);
  });

  it('do not keep a reissue from being registered, if they only bring notices; those come later', async () => {
    const customer = await stack.arrive();
    for (const provider of ['sms', 'smtp'] as const) await stack.sandbox.setFault(provider, { mode: 'down' });
    await goOn(customer, ordinaryPath.length);
    expect(await stack.sandbox.inbox(customer.person.mobile)).toHaveLength(1);
    await stack.sandbox.clearFaults();
    await finish(customer);
  });
});
