import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Customer } from '../support/customer.js';
import { expectDoneOnce, goOn, ordinaryPath } from '../support/crowd.js';
import { newIdempotencyKey } from '../support/gateway.js';
import { expectSuccess, send, type Answer } from '../support/http.js';
import { Operator, parked } from '../support/operator.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl } from '../support/stack-control.js';
import { until } from '../support/until.js';
import { workflowCompleted } from '../support/workflows.js';

jest.setTimeout(200_000);
const stack = connectToStack();
const control = new StackControl();
const operator = new Operator(stack, 'op-1');
const colleague = new Operator(stack, 'op-2');
const impatient = { patienceMs: 0 };
const idempotencyKey = newIdempotencyKey();

/** Those whose certificate the signer does not make, by what becomes of them. */
let waiting: Record<'retried' | 'retriedByTwo' | 'cancelled' | 'abandoned', Customer>;
let answers: Record<keyof typeof waiting, Answer>;
/** Those whose codes a provider does not send, or does not compare. */
let unsent: Customer;
let uncompared: Customer;
let unsentAnswer: Answer;
let uncomparedAnswer: Answer;

// The waits are long and are waited together: the signer is given two minutes, a provider one.
beforeAll(async () => {
  const people = await stack.sandbox.makePeople(6, 'VALID');
  const crowd = await Promise.all(people.map((person) => stack.return(person)));
  const [retried, retriedByTwo, cancelled, abandoned] = crowd as [Customer, Customer, Customer, Customer];
  waiting = { retried, retriedByTwo, cancelled, abandoned };
  [unsent, uncompared] = crowd.slice(4) as [Customer, Customer];
  await Promise.all(Object.values(waiting).map((customer) => goOn(customer, 4)));
  await goOn(uncompared, 1);
  const codes = await uncompared.readCodes();
  await control.stop('signer');
  for (const provider of ['telecom', 'telecom-2', 'one-won'] as const)
    await stack.sandbox.setFault(provider, { mode: 'down' });
  const calls = Object.entries(waiting).map(async ([name, customer]) => [
    name,
    await customer.requestCertificate(undefined, impatient),
  ]);
  [unsentAnswer, uncomparedAnswer] = await Promise.all([
    unsent.start({}, { idempotencyKey, ...impatient }),
    uncompared.verify(codes, impatient),
  ]);
  answers = Object.fromEntries(await Promise.all(calls)) as typeof answers;
});
afterAll(async () => {
  await control.heal(stack);
  await stack.close();
});
const actionOf = ({ reissue }: Customer) => reissue?.next.action;

describe('while the signer is down', () => {
  it('a request is taken, and the reissue waits', () => {
    for (const [name, customer] of Object.entries(waiting)) {
      expect(answers[name as keyof typeof waiting].status).toBe(202);
      expect(customer.reissue).toMatchObject({ state: 'ISSUING', next: { action: 'WAIT' } });
    }
  });

  it('what does not need it goes on', async () => {
    await stack.gateway.keys();
    expectSuccess(await waiting.retried.look());
  });
});

describe('while a provider is down', () => {
  it('calls are taken, and after a minute their reissues park', async () => {
    expect([unsentAnswer.status, uncomparedAnswer.status]).toEqual([202, 202]);
    for (const [customer, step] of [
      [unsent, 'SEND_CHALLENGES'],
      [uncompared, 'VERIFY_CHALLENGES'],
    ] as const) {
      expect(await parked(stack.db, customer.reissueId, 1, 90_000)).toMatchObject({ parked_step: step });
      const reissue = expectSuccess(await customer.look());
      expect(reissue).toMatchObject({ state: 'IDENTITY_REQUIRED', next: { action: 'NEEDS_OPERATOR' } });
      expect(reissue.deadline).toBeNull();
    }
  });

  it('a parked reissue answers at once: the same call that it is waited, another that it is parked', async () => {
    const since = performance.now();
    const same = await send(uncomparedAnswer.call, impatient);
    expect(same.status).toBe(202);
    expectProblem(await uncompared.requestChallenges(['PHONE_CODE'], impatient), 'parked');
    expect(performance.now() - since).toBeLessThan(3_000);
  });

  it('the operator’s retry, once it is back, needs nothing from the customer, and no code is sent twice', async () => {
    await stack.sandbox.clearFaults();
    expect(await operator.retry(unsent.reissueId, 1)).toMatchObject({ status: 'DONE' });
    expect(await operator.retry(uncompared.reissueId, 1)).toMatchObject({ status: 'DONE' });
    expect(await stack.sandbox.inbox(unsent.person.mobile)).toHaveLength(1);
    expect(await stack.sandbox.deposits(unsent.person.account.number)).toHaveLength(1);
    expect(expectSuccess(await uncompared.look()).state).toBe('PASSWORD_REQUIRED');
    // The very calls that got no answer get it now.
    expect(expectSuccess(await unsent.start({}, { idempotencyKey })).challenges).toHaveLength(2);
    const verified = await send<{ results: { accepted: boolean }[] }>(uncomparedAnswer.call);
    expect(expectSuccess(verified).results.map(({ accepted }) => accepted)).toEqual([true, true]);
  });
});

describe('when the signer has been down for two minutes', () => {
  it('reissues park, and tell that somebody looks after them', async () => {
    for (const customer of Object.values(waiting)) {
      const row = await parked(stack.db, customer.reissueId, 1, 150_000);
      expect(row).toMatchObject({ parked_step: 'ISSUE_CERTIFICATE', parked_code: 'OUTCOME_UNKNOWN' });
      expect(expectSuccess(await customer.look())).toMatchObject({ state: 'ISSUING', deadline: null });
      expect(actionOf(customer)).toBe('NEEDS_OPERATOR');
    }
  });

  it('staff find them by a search attribute', async () => {
    const ids = new Set(Object.values(waiting).map(({ reissueId }) => `reissue/${reissueId}`));
    await until('the parked ones to be listed', async () => {
      const found = new Set<string>();
      const query = 'ReissueParked = true AND ExecutionStatus = "Running"';
      for await (const { workflowId } of stack.temporal.workflow.list({ query })) found.add(workflowId);
      return [...ids].every((id) => found.has(id));
    });
  });

  it('their customers may cancel, and staff abandon them: the old certificate stays', async () => {
    expect(expectSuccess(await waiting.cancelled.cancel()).state).toBe('CANCELLED');
    expect(await operator.abandon(waiting.abandoned.reissueId)).toMatchObject({ status: 'DONE' });
    expect(expectSuccess(await waiting.abandoned.look()).state).toBe('ABANDONED');
    for (const { reissueId } of [waiting.cancelled, waiting.abandoned])
      await workflowCompleted(stack.temporal, reissueId);
  });

  it('the operator’s retry, once it is back, completes them without the customer', async () => {
    await control.start('signer');
    expect(await operator.retry(waiting.retried.reissueId, 1)).toMatchObject({ status: 'DONE' });
    const reissue = expectSuccess(await waiting.retried.look());
    expect(reissue).toMatchObject({ state: 'ISSUED', next: { action: 'REGISTER' } });
    const same = await send(answers.retried.call);
    expect(same).toMatchObject({ status: 200, body: { state: 'ISSUED' } });
  });

  it('two operators who retry at once are one', async () => {
    const { reissueId } = waiting.retriedByTwo;
    const results = await Promise.all([operator.retry(reissueId, 1), colleague.retry(reissueId, 1)]);
    for (const { status } of results) expect(status).toBe('DONE');
    const resumed = await stack.db
      .selectFrom('audit_entry')
      .select('actor')
      .where('reissue_id', '=', reissueId)
      .where('outcome', '=', 'RESUMED')
      .execute();
    expect(resumed).toHaveLength(1);
    expect(expectSuccess(await waiting.retriedByTwo.look()).state).toBe('ISSUED');
    expect(await operator.retry(waiting.retried.reissueId, 7)).toMatchObject({ code: 'NOT_PARKED' });
  });

  it('and all of them are registered at last, everything done once', async () => {
    const crowd = [waiting.retried, waiting.retriedByTwo, unsent, uncompared];
    await Promise.all(crowd.map((customer) => customer.look()));
    await Promise.all(crowd.map((customer) => goOn(customer, ordinaryPath.length)));
    for (const { reissueId } of crowd) await workflowCompleted(stack.temporal, reissueId);
    await expectDoneOnce(stack, crowd);
  });
});
