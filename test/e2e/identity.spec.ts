import { randomInt } from 'node:crypto';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { IdentityMethod } from '#libs/domain';
import type { Customer, Started, Verified } from '../support/customer.js';
import { expectSuccess, type Answer } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import type { Person } from '../support/sandbox.js';
import { until } from '../support/until.js';

jest.setTimeout(60_000);
const stack = connectToStack();
afterAll(() => stack.close());

const wrong = '000000x';
const codesSent = async ({ mobile }: Pick<Person, 'mobile'>) =>
  (await stack.sandbox.inbox(mobile)).filter(({ text }) => text.includes('인증번호')).length;

describe('a code', () => {
  it('that is wrong costs a try; the fifth locks the method, and the reissue is rejected', async () => {
    const customer = await stack.arrive();
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
      (await stack.sandbox.inbox(customer.person.email)).some(({ id }) => id.includes('.IDENTITY_LOCKED')),
    );
  });

  it('that is right is taken also beside a wrong one, and need not be given again', async () => {
    const customer = await stack.arrive();
    expectSuccess(await customer.start());
    const codes = await customer.readCodes();
    const half = expectSuccess(await customer.verify({ ...codes, ONE_WON: '0000x' }));
    expect(half.results.map(({ accepted }) => accepted).sort()).toEqual([false, true]);
    expect(half.reissue).toMatchObject({ state: 'IDENTITY_REQUIRED', next: { methods: ['ONE_WON'] } });
    expectProblem(await customer.verify({ PHONE_CODE: codes.PHONE_CODE! }), 'unknown-challenge');
    const { reissue } = expectSuccess(await customer.verify({ ONE_WON: codes.ONE_WON! }));
    expect(reissue.state).toBe('PASSWORD_REQUIRED');
  });

  it('can be sent again: the new one counts, the old one not, and tries stay as they were', async () => {
    const customer = await stack.arrive();
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

  it('is sent no more than five times', async () => {
    const customer = await stack.arrive();
    expectSuccess(await customer.start({ methods: ['PHONE_CODE'] }));
    for (let sends = 2; sends <= 5; sends++) expectSuccess(await customer.requestChallenges(['PHONE_CODE']));
    expectProblem(await customer.requestChallenges(['PHONE_CODE']), 'too-many-sends');
    expect(await codesSent(customer.person)).toBe(5);
  });

  it('of a method that is not offered cannot be had', async () => {
    const customer = await stack.arrive();
    expectSuccess(await customer.start({ reason: 'LOST', methods: ['PHONE_CODE'] }));
    expectProblem(await customer.requestChallenges(['OLD_CERTIFICATE']), 'method-not-offered');
  });
});

describe('somebody whom the bank does not know', () => {
  const shapeOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shapeOf);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
    return typeof value === 'string' ? value.replace(/[0-9]/g, '0').replace(/[a-z]+/g, 'a') : value;
  };
  /** What a client can see of an answer, but for what differs from one reissue to the next. */
  const visible = ({ status, headers, body }: Answer) => {
    const { reissue, challenges, results } = body as Partial<Started & Verified>;
    return {
      status,
      headers: [...headers.keys()].filter((name) => name !== 'date').sort(),
      members: Object.keys(body as object).sort(),
      reissue: shapeOf({ ...reissue, id: undefined }),
      hints: challenges?.map(({ method, hint }) => [method, shapeOf(hint)]),
      attempts: challenges?.map(({ remainingAttempts }) => remainingAttempts),
      results: results?.map(({ accepted, reason }) => [accepted, reason]),
    };
  };
  const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1]!;
  const timed = async <T>(times: number[], call: () => Promise<T>): Promise<T> => {
    const since = performance.now();
    const answer = await call();
    times.push(performance.now() - since);
    return answer;
  };
  const nobody = () => ({ name: '홍가상', mobile: `0109${randomInt(1_000_000, 10_000_000)}` });

  it('meets the same answers in the same time until identity fails', async () => {
    const times = { known: [] as number[], unknown: [] as number[] };
    const guesses: readonly Partial<Record<IdentityMethod, string>>[] = [
      { PHONE_CODE: wrong },
      { ONE_WON: wrong },
      { PHONE_CODE: wrong, ONE_WON: wrong },
      { PHONE_CODE: wrong },
      { PHONE_CODE: wrong },
      { PHONE_CODE: wrong },
    ];
    for (let round = 0; round < 2; round++) {
      const pair: [keyof typeof times, Customer, Parameters<Customer['start']>[0]][] = [
        ['known', await stack.arrive(), {}],
        ['unknown', await stack.arrive(), { applicant: nobody() }],
      ];
      const seen = { known: [] as unknown[], unknown: [] as unknown[] };
      for (const [who, customer, overrides] of pair)
        seen[who].push(visible(await timed(times[who], () => customer.start(overrides))));
      for (const guess of guesses)
        for (const [who, customer] of pair)
          seen[who].push(visible(await timed(times[who], () => customer.verify(guess))));
      expect(seen.unknown).toEqual(seen.known);
      for (const [, customer] of pair) {
        expect(customer.reissue?.state).toBe('REJECTED');
        expect(Object.keys(customer.reissue!)).not.toContain('basis');
        expect(Object.keys(customer.reissue!)).not.toContain('certificate');
      }
    }
    const difference = Math.abs(median(times.known) - median(times.unknown));
    expect(difference).toBeLessThan(100 + median(times.known));
  });

  it('is sent nothing to an account, and no notice', async () => {
    const applicant = nobody();
    const customer = await stack.arrive();
    expectSuccess(await customer.start({ applicant }));
    for (let tries = 0; tries < 5; tries++) await customer.verify({ PHONE_CODE: wrong });
    expect(customer.reissue?.state).toBe('REJECTED');
    expect(await stack.sandbox.inbox(applicant.mobile)).toEqual([]);
    expect(await stack.sandbox.deposits(customer.person.account.number)).toEqual([]);
  });

  it('whose name does not belong to the number is nobody, too', async () => {
    const customer = await stack.arrive();
    const { mobile } = customer.person;
    const { reissue } = expectSuccess(await customer.start({ applicant: { name: '김다름', mobile } }));
    expect(reissue.state).toBe('IDENTITY_REQUIRED');
    expect(await codesSent(customer.person)).toBe(0);
  });
});

describe('a newer reissue of the same person', () => {
  it('cancels the older one as soon as identity is verified, and not before', async () => {
    const older = await stack.arrive();
    expectSuccess(await older.start());
    expectSuccess(await older.verify());
    const newer = await stack.return(older.person);
    expectSuccess(await newer.start());
    expect(expectSuccess(await older.look()).state).toBe('PASSWORD_REQUIRED');
    expect(expectSuccess(await newer.verify()).reissue.state).toBe('PASSWORD_REQUIRED');
    expect(expectSuccess(await older.look())).toMatchObject({ state: 'CANCELLED', next: { action: 'NONE' } });
    expectProblem(await older.enterPassword(), 'wrong-state');
    await until('the end of the older workflow', async () => {
      const { status } = await stack.temporal.workflow.getHandle(`reissue/${older.reissueId}`).describe();
      return status.name === 'COMPLETED';
    });
  });

  it('withdraws the certificate of an older one that was issued, and leaves the one in force', async () => {
    const older = await stack.arrive();
    expectSuccess(await older.start());
    expectSuccess(await older.verify());
    expectSuccess(await older.apply());
    const newer = await stack.return(older.person);
    expectSuccess(await newer.start());
    expectSuccess(await newer.verify());
    expect(expectSuccess(await older.look()).state).toBe('WITHDRAWN');
    expectProblem(await older.download(), 'certificate-withdrawn');
    expectProblem(await older.register(), 'wrong-state');
    expectSuccess(await newer.apply());
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
