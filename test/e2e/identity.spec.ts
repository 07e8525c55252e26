import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { expectSuccess } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import type { Person } from '../support/sandbox.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

const wrong = '000000x';
const codesSent = async ({ mobile }: Pick<Person, 'mobile'>) =>
  (await stack.sandbox.inbox(mobile)).filter(({ text }) => text.includes('인증번호')).length;

describe('a code', () => {
  it('A wrong code costs a try, and the fifth locks the method and rejects the reissue', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start());
    const codes = await customer.readCodes();
    for (const left of [4, 3, 2, 1]) {
      const { reissue, results } = expectSuccess(await customer.verify({ PHONE_CODE: wrong }));
      expect(results).toMatchObject([{ accepted: false, reason: 'WRONG' }]);
      expect(reissue).toMatchObject({ state: 'IDENTITY_REQUIRED', attempts: { identity: left } });
    }
    const { reissue, results } = expectSuccess(await customer.verify({ PHONE_CODE: wrong }));
    expect(results).toMatchObject([{ accepted: false, reason: 'LOCKED' }]);
    expect(reissue).toMatchObject({ state: 'REJECTED', next: { action: 'NONE' }, deadline: null });
    expect(Object.keys(reissue)).not.toContain('basis');
    expectProblem(await customer.verify(codes), 'wrong-state');
    await until('the notice of the lock', async () =>
      (await stack.sandbox.inbox(customer.person.mobile)).some(({ id }) => id.includes('.IDENTITY_LOCKED')),
    );
  });

  it('A right code is accepted next to a wrong one and need not be repeated', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start());
    const codes = await customer.readCodes();
    const half = expectSuccess(await customer.verify({ ...codes, ONE_WON: '0000x' }));
    expect(half.results.map(({ accepted }) => accepted).sort()).toEqual([false, true]);
    expect(half.reissue).toMatchObject({
      state: 'IDENTITY_REQUIRED',
      next: { methods: ['ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE'] },
    });
    expectProblem(await customer.verify({ PHONE_CODE: codes.PHONE_CODE! }), 'unknown-challenge');
    const { reissue } = expectSuccess(await customer.verify({ ONE_WON: codes.ONE_WON! }));
    expect(reissue.state).toBe('PASSWORD_REQUIRED');
  });

  it('A new code replaces the former one and leaves the tries', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start({ methods: ['PHONE_CODE'] }));
    const [first] = customer.challenges;
    expectSuccess(await customer.verify({ PHONE_CODE: wrong }));
    const again = expectSuccess(await customer.requestChallenges(['PHONE_CODE']));
    expect(again.challenges).toMatchObject([{ method: 'PHONE_CODE', remainingAttempts: 4 }]);
    expect(again.challenges[0]!.challengeId).not.toBe(first!.challengeId);
    expect(await codesSent(customer.person)).toBe(2);

    const answer = await customer.seal('identity', await stack.sandbox.phoneCode(customer.person));
    const stale = { answers: [{ challengeId: first!.challengeId, answer }] };
    expectProblem(await customer.post('identity/verifications', stale), 'unknown-challenge');
    const { results } = expectSuccess(await customer.verify());
    expect(results).toMatchObject([{ accepted: true }]);
  });

  it('A code is sent no more than five times', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start({ methods: ['PHONE_CODE'] }));
    for (let sends = 2; sends <= 5; sends++) expectSuccess(await customer.requestChallenges(['PHONE_CODE']));
    expectProblem(await customer.requestChallenges(['PHONE_CODE']), 'too-many-sends');
    expect(await codesSent(customer.person)).toBe(5);
  });

  it('A code of a method that is not on offer is refused', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start({ reason: 'LOST', methods: ['PHONE_CODE'] }));
    expectProblem(await customer.requestChallenges(['OLD_CERTIFICATE']), 'method-not-offered');
  });
});

describe('a newer reissue of the same person', () => {
  it('A newer reissue of the same person cancels the older one only when identity is verified', async () => {
    const older = await stack.newCustomer();
    expectSuccess(await older.start());
    expectSuccess(await older.verify());
    const newer = await stack.customerFor(older.person);
    expectSuccess(await newer.start());
    expect(expectSuccess(await older.fetchReissue()).state).toBe('PASSWORD_REQUIRED');
    expect(expectSuccess(await newer.verify()).reissue.state).toBe('PASSWORD_REQUIRED');
    expect(expectSuccess(await older.fetchReissue())).toMatchObject({
      state: 'CANCELLED',
      next: { action: 'NONE' },
    });
    expectProblem(await older.submitPassword(), 'wrong-state');
    await until('the end of the older workflow', async () => {
      const { status } = await stack.temporal.workflow.getHandle(`reissue/${older.reissueId}`).describe();
      return status.name === 'COMPLETED';
    });
  });

  it('A newer reissue of the same person withdraws the issued certificate of the older one and leaves the one in force', async () => {
    const older = await stack.newCustomer();
    expectSuccess(await older.start());
    expectSuccess(await older.verify());
    expectSuccess(await older.submitApplication());
    const newer = await stack.customerFor(older.person);
    expectSuccess(await newer.start());
    expectSuccess(await newer.verify());
    expect(expectSuccess(await older.fetchReissue()).state).toBe('WITHDRAWN');
    expectProblem(await older.download(), 'certificate-withdrawn');
    expectProblem(await older.register(), 'wrong-state');
    expectSuccess(await newer.submitApplication());
    expect(expectSuccess(await newer.register()).state).toBe('REGISTERED');
    const inForce = await stack.db
      .selectFrom('certificate')
      .select('reissue_id')
      .where('customer_id', '=', older.person.personId)
      .where('registered_at', 'is not', null)
      .where('revoked_at', 'is', null)
      .execute();
    expect(inForce).toEqual([{ reissue_id: newer.reissueId }]);
  });
});
