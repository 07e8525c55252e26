import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { expectSuccess, type Answer } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

/** Returns the first answer, without a repetition after Retry-After. */
const atOnce = { patienceMs: 0 };
const expectToWait = (answer: Answer | undefined) => {
  expectProblem(answer!, 'too-many-requests');
  expect(Number(answer!.headers.get('retry-after'))).toBeGreaterThan(0);
};

describe('a code', () => {
  it('A code of another reissue, or an accepted code, is refused', async () => {
    const [one, other] = await Promise.all([stack.newCustomer(), stack.newCustomer()]);
    for (const each of [one, other]) expectSuccess(await each.start({ methods: ['PHONE_CODE'] }));
    const code = await stack.sandbox.phoneCode(one.person);
    const foreign = await stack.sandbox.phoneCode(other.person);
    const answers = [
      { challengeId: other.challenges[0]!.challengeId, answer: await one.seal('identity', foreign) },
    ];
    expectProblem(await one.post('identity/verifications', { answers }), 'unknown-challenge');
    if (code !== foreign) {
      const { results } = expectSuccess(await one.verify({ PHONE_CODE: foreign }));
      expect(results).toMatchObject([{ accepted: false, reason: 'WRONG' }]);
    }
    const { results } = expectSuccess(await one.verify({ PHONE_CODE: code }));
    expect(results).toMatchObject([{ accepted: true }]);
    expectProblem(await one.verify({ PHONE_CODE: code }), 'unknown-challenge');
  });

  it('A code is rate-limited, also across reissues, with the time to wait', async () => {
    const { person } = await stack.newCustomer();
    let refused: Answer | undefined;
    for (let reissues = 0; reissues < 6 && !refused; reissues++) {
      const customer = await stack.customerFor(person);
      const calls = [
        () => customer.start({ methods: ['PHONE_CODE'] }, atOnce),
        ...Array.from({ length: 4 }, () => () => customer.requestChallenges(['PHONE_CODE'], atOnce)),
      ];
      for (const call of calls) {
        const answer = await call();
        if (answer.status !== 429) continue;
        refused = answer;
        break;
      }
    }
    expectToWait(refused);
    const sent = (await stack.sandbox.inbox(person.mobile)).filter(({ text }) => text.includes('인증번호'));
    expect(sent.length).toBeGreaterThanOrEqual(5);
    expect(sent.length).toBeLessThan(20);
  });
});

describe('a device', () => {
  it('A device that starts too often gets the time to wait, and the next device is not delayed', async () => {
    const customer = await stack.newCustomer();
    customer.deviceId = randomUUID();
    const answers: Answer[] = [];
    for (let starts = 0; starts < 12; starts++)
      answers.push(await customer.start({ methods: ['OLD_CERTIFICATE'] }, atOnce));
    const [refused] = answers.filter(({ status }) => status === 429);
    expectToWait(refused);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(5);
    const next = await stack.customerFor(customer.person);
    next.deviceId = randomUUID();
    expectSuccess(await next.start({ methods: ['OLD_CERTIFICATE'] }, atOnce));
  });

  it.each(['short', 'x'.repeat(129), 'non-printable\u00e9-0123456789'])(
    'A device id %j is refused',
    async (id) => {
      const customer = await stack.newCustomer();
      customer.deviceId = id;
      expectProblem(await customer.start({}, atOnce), 'invalid-request');
    },
  );

  it('A device is known only after identity was verified on it', async () => {
    const customer = await stack.newCustomer();
    customer.deviceId = randomUUID();
    const known = async () => {
      const query = stack.db.selectFrom('known_device').select('device');
      return (await query.where('customer_id', '=', customer.person.personId).execute()).length;
    };
    expectSuccess(await customer.start());
    expect(await known()).toBe(0);
    expectSuccess(await customer.verify());
    expect(await known()).toBe(1);
  });
});

describe('a stranger who starts in a customer’s name', () => {
  it('A stranger who fails in a customer’s name locks neither certificate nor next try of the customer', async () => {
    const victim = await stack.newCustomer();
    for (let reissues = 0; reissues < 3; reissues++) {
      const stranger = await stack.customerFor(victim.person);
      stranger.deviceId = randomUUID();
      expectSuccess(await stranger.start({ methods: ['PHONE_CODE'] }));
      for (let tries = 0; tries < 5; tries++) await stranger.verify({ PHONE_CODE: '000000x' }, atOnce);
      expect(stranger.reissue?.state).toBe('REJECTED');
    }
    victim.deviceId = randomUUID();
    expectSuccess(await victim.start());
    expect(expectSuccess(await victim.verify()).reissue.state).toBe('PASSWORD_REQUIRED');
    expect(expectSuccess(await victim.submitPassword()).state).toBe('CONSENT_REQUIRED');
  });
});
