import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Customer } from '../support/customer.js';
import { newIdempotencyKey } from '../support/gateway.js';
import { expectSuccess, send, type Answer } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import { until } from '../support/until.js';
import { forgetWorkflow, statusOfWorkflow, untilWorkflowCompleted } from '../support/workflows.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

describe('one Idempotency-Key', () => {
  it('One Idempotency-Key starts one reissue for concurrent calls, and each gets the same answer', async () => {
    const customer = await stack.newCustomer();
    await Promise.all([stack.gateway.consents('identity'), stack.gateway.keys()]);
    const idempotencyKey = newIdempotencyKey();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => customer.start({}, { idempotencyKey })),
    );
    const [first] = answers;
    for (const answer of answers) {
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual(first!.body);
      expect(answer.headers.get('location')).toBe(first!.headers.get('location'));
    }
    expect(await stack.sandbox.inbox(customer.person.mobile)).toHaveLength(1);
    expect(await stack.sandbox.deposits(customer.person.account.number)).toHaveLength(1);
    const runs = () => stack.temporal.workflow.count(`WorkflowId = 'reissue/${customer.reissueId}'`);
    await until('the workflow to be listed', async () => (await runs()).count > 0);
    expect((await runs()).count).toBe(1);
  });

  it('One Idempotency-Key with another body is refused, also concurrently', async () => {
    const customer = await stack.newCustomer();
    const idempotencyKey = newIdempotencyKey();
    const answers = await Promise.all([
      customer.start({ reason: 'EXPIRED' }, { idempotencyKey }),
      customer.start({ reason: 'LOST' }, { idempotencyKey }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expectProblem(
      answers.find(({ status }) => status === 409)!,
      'idempotency-mismatch',
    );
    const { reason } = customer.reissue!;
    const other = reason === 'LOST' ? 'EXPIRED' : 'LOST';
    expectProblem(await customer.start({ reason: other }, { idempotencyKey }), 'idempotency-mismatch');
    expectSuccess(await customer.start({ reason }, { idempotencyKey }));
  });

  it('One Idempotency-Key under another path is another call', async () => {
    const customer = await stack.newCustomer();
    const idempotencyKey = newIdempotencyKey();
    expectSuccess(await customer.start({}, { idempotencyKey }));
    expectSuccess(await customer.verify(undefined, { idempotencyKey }));
    expectSuccess(await customer.submitPassword(undefined, { idempotencyKey }));
    expectProblem(await customer.submitPassword(undefined, { idempotencyKey }), 'idempotency-mismatch');
  });

  it.each([
    ['missing', {}],
    ['too short', { 'idempotency-key': 'fifteen-letters' }],
    ['too long', { 'idempotency-key': 'k'.repeat(129) }],
    ['not printable', { 'idempotency-key': 'sixteen-letters-é' }],
  ])('An Idempotency-Key that is %s is refused', async (_, headers: Record<string, string>) => {
    const answer = await send({
      ...{ method: 'POST', url: `${stack.gateway.url}/v1/reissues`, body: {} },
      headers: { 'x-api-key': 'reseal-local', 'accept-language': 'en', ...headers },
    });
    expectProblem(answer, 'idempotency-key-required');
  });
});

describe('a call that is repeated', () => {
  let ended: Customer;
  let answers: Answer[];
  const expectSameAnswers = async () => {
    for (const answer of answers) {
      const again = await send(answer.call);
      expect(again.status).toBe(answer.status);
      expect(again.body).toEqual(answer.body);
    }
  };
  beforeAll(async () => {
    ended = await stack.newCustomer();
    answers = [
      await ended.start(),
      await ended.verify(),
      await ended.submitPassword(),
      await ended.giveConsents(),
      await ended.requestCertificate(),
      await ended.register(),
    ];
    for (const answer of answers) expectSuccess(answer);
  });

  it('A repeated call changes nothing and gets the first answer, refusals included', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start());
    const wrong = await customer.verify({ PHONE_CODE: '000000x' });
    const again = await send(wrong.call);
    expect(again.body).toEqual(wrong.body);
    expect(expectSuccess(await customer.fetchReissue()).attempts.identity).toBe(4);

    expectSuccess(await customer.verify());
    const refused = await customer.submitPassword('not-the-right-1');
    expectProblem(refused, 'password-wrong');
    await customer.submitPassword('not-the-right-2');
    const repeated = await send(refused.call);
    expect(repeated.status).toBe(422);
    expect(repeated.problem).toEqual({ ...refused.problem, traceId: repeated.problem!.traceId });
    expect(expectSuccess(await customer.fetchReissue()).attempts.password).toBe(3);
  });

  it('A repeated call gets the first answer after the workflow has closed', async () => {
    await untilWorkflowCompleted(stack.temporal, ended.reissueId);
    await expectSameAnswers();
  });

  it('A repeated call gets the first answer after Temporal has deleted the workflow', async () => {
    await forgetWorkflow(stack.temporal, ended.reissueId);
    await expectSameAnswers();
    expect(await stack.sandbox.deposits(ended.person.account.number)).toHaveLength(1);
    expectProblem(await ended.cancel(), 'wrong-state');
    expect(await statusOfWorkflow(stack.temporal, ended.reissueId)).toBeUndefined();
  }, 120_000);
});
