import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { ReissueWithChallenges } from '#libs/contracts';
import type { Customer } from '../support/customer.js';
import { expectSuccess } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import { unknownPersonLike } from '../support/unknown-person.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

const shown = async (customer: Customer, accessToken = customer.accessToken) =>
  stack.gateway.get<ReissueWithChallenges>(
    `/v1/reissues/${customer.reissueId}`,
    accessToken === undefined ? {} : { accessToken },
  );
const challengesOf = async (customer: Customer) => expectSuccess(await shown(customer)).challenges ?? [];

describe('the open challenges of a reissue', () => {
  it('A reissue shows the challenges as they were sent, without their codes', async () => {
    const customer = await stack.newCustomer();
    const { challenges } = expectSuccess(await customer.start());
    const body = expectSuccess(await shown(customer));
    expect(body.challenges).toEqual(challenges);
    const codes = Object.values(await customer.readCodes());
    expect(codes).toHaveLength(2);
    for (const code of codes) expect(JSON.stringify(body)).not.toContain(code);
  });

  it('A wrong answer takes a try, a right one closes the challenge, and a new code replaces it', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start());
    const codes = await customer.readCodes();
    expectSuccess(await customer.verify({ PHONE_CODE: '000000x' }));
    expectSuccess(await customer.verify({ ONE_WON: codes.ONE_WON! }));
    const [left, ...others] = await challengesOf(customer);
    expect([left?.method, left?.remainingAttempts, others]).toEqual(['PHONE_CODE', 4, []]);
    const again = expectSuccess(await customer.requestChallenges(['PHONE_CODE'])).challenges;
    expect(again[0]?.challengeId).not.toBe(left?.challengeId);
    expect(await challengesOf(customer)).toEqual(again);
    expectSuccess(await customer.verify(await customer.readCodes(['PHONE_CODE'])));
    expect(expectSuccess(await shown(customer))).not.toHaveProperty('challenges');
  });

  it('Only the token of the reissue shows its challenges', async () => {
    const [customer, other] = await Promise.all([stack.newCustomer(), stack.newCustomer()]);
    const { receiptNumber } = expectSuccess(await customer.start()).reissue;
    expectSuccess(await other.start());
    expectProblem(await shown(customer, other.accessToken), 'not-your-reissue');
    expectProblem(await stack.gateway.get(`/v1/reissues/${customer.reissueId}`), 'invalid-token');
    for (const accessToken of [customer.accessToken!, other.accessToken!])
      expectProblem(
        await stack.gateway.get(`/v1/reissues/${receiptNumber}`, { accessToken }),
        'not-your-reissue',
      );
  });

  it('An unknown person sees the same as a customer', async () => {
    const known = await stack.newCustomer();
    const unknown = await stack.customerFor(unknownPersonLike((await stack.newCustomer()).person));
    const seen = [];
    for (const customer of [known, unknown]) {
      const { reissue } = expectSuccess(await customer.start());
      expectSuccess(await customer.verify({ PHONE_CODE: '000000x' }));
      const challenges = await challengesOf(customer);
      seen.push({
        receiptNumber: reissue.receiptNumber.replace(/[0-9A-HJKMNP-TV-Z]/g, '0'),
        challenges: challenges.map(({ method, remainingAttempts, hint, ...more }) => [
          method,
          remainingAttempts,
          hint.replace(/[0-9]/g, '0'),
          Object.keys(more),
        ]),
      });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]?.receiptNumber).toBe('000-000-000');
  });
});
