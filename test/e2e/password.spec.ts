import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { expectSuccess } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

const wrong = 'not-the-right-1';

async function knownCustomer() {
  const customer = await stack.newCustomer();
  expectSuccess(await customer.start());
  expectSuccess(await customer.verify());
  return customer;
}
const wrongTriesOf = async (personId: string) => {
  const query = stack.db.selectFrom('password_credential').select('wrong_tries');
  return (await query.where('customer_id', '=', personId).executeTakeFirstOrThrow()).wrong_tries;
};

describe('the certificate password', () => {
  it('A password is locked by five wrong tries, also for the next reissue, until it is reset', async () => {
    const customer = await knownCustomer();
    for (const left of [4, 3, 2, 1]) {
      const problem = expectProblem(await customer.submitPassword(wrong), 'password-wrong');
      expect(problem.reissue).toMatchObject({ state: 'PASSWORD_REQUIRED', attempts: { password: left } });
    }
    expectProblem(await customer.submitPassword(wrong), 'password-locked');
    const locked = expectProblem(await customer.submitPassword(), 'password-locked');
    expect(locked.reissue).toMatchObject({ next: { action: 'RESET_PASSWORD' }, attempts: { password: 0 } });
    await until('the notice of the lock', async () =>
      (await stack.sandbox.inbox(customer.person.mobile)).some(({ id }) => id.includes('.PASSWORD_LOCKED')),
    );

    const next = await stack.customerFor(customer.person);
    expectSuccess(await next.start());
    expect(expectSuccess(await next.verify()).reissue.attempts.password).toBe(0);
    expectProblem(await next.submitPassword(), 'password-locked');
    const newPassword = 'Another-seal-11';
    expect(expectSuccess(await next.resetPassword(newPassword)).state).toBe('CONSENT_REQUIRED');
    expect(await wrongTriesOf(customer.person.personId)).toBe(0);

    const last = await stack.customerFor(customer.person);
    expectSuccess(await last.start());
    expectSuccess(await last.verify());
    expectProblem(await last.submitPassword(), 'password-wrong');
    expect(expectSuccess(await last.submitPassword(newPassword)).state).toBe('CONSENT_REQUIRED');
  });

  it('A password has five tries, also for sixty concurrent calls', async () => {
    const customer = await knownCustomer();
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => customer.submitPassword(wrong, { patienceMs: 0 })),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect(count(422) + count(423) + count(429)).toBe(60);
    expect(count(422)).toBeLessThanOrEqual(4);
    // Calls refused with 429 do not count as tries: the customer keeps the remaining ones.
    expect(await wrongTriesOf(customer.person.personId)).toBe(Math.min(5, count(422) + count(423)));
  });

  it('A right password gives all five tries back', async () => {
    const customer = await knownCustomer();
    expectProblem(await customer.submitPassword(wrong), 'password-wrong');
    expectSuccess(await customer.submitPassword());
    expect(await wrongTriesOf(customer.person.personId)).toBe(0);
  });

  it.each([
    ['short-1', ['TOO_SHORT']],
    ['1234567890', ['NEEDS_LETTER', 'NEEDS_SPECIAL']],
    [`it's-a-"seal"-12`, ['FORBIDDEN_CHARACTER']],
    ['비밀번호-는-이것-1a', ['UNPRINTABLE_CHARACTER']],
    ['Password123!', ['TOO_COMMON']],
  ])('A new password cannot be %s', async (newPassword, codes) => {
    const customer = await knownCustomer();
    const problem = expectProblem(await customer.resetPassword(newPassword), 'password-rules');
    expect(problem.errors?.map(({ code }) => code)).toEqual(codes);
    for (const { message } of problem.errors ?? []) expect(message).not.toContain(newPassword);
    expect(problem.errors?.every(({ pointer }) => pointer?.endsWith('/newPassword'))).toBe(true);
    expect(expectSuccess(await customer.submitPassword()).state).toBe('CONSENT_REQUIRED');
  });

  it('A new password cannot hold the owner’s number or birth date, or equal the one in force', async () => {
    const customer = await knownCustomer();
    const { mobile, rrn, birthDate, certificatePassword } = customer.person;
    for (const [newPassword, code] of [
      [`vqx!w-${mobile.slice(-8)}`, 'CONTAINS_NUMBER'],
      [`vqx!w-${rrn.slice(-7)}`, 'CONTAINS_NUMBER'],
      [`vqx!w-${birthDate.replaceAll('-', '.')}`, 'CONTAINS_BIRTH_DATE'],
      [certificatePassword, 'RECENTLY_USED'],
    ] as const) {
      const problem = expectProblem(await customer.resetPassword(newPassword), 'password-rules');
      expect(problem.errors?.map((error) => error.code)).toEqual([code]);
    }
    expect(expectSuccess(await customer.resetPassword()).state).toBe('CONSENT_REQUIRED');
  });

  it('The password rules are published in both languages', async () => {
    const { rules } = expectSuccess(
      await stack.gateway.get<{ rules: { code: string; text: { ko: string; en: string } }[] }>(
        '/v1/password-rules',
      ),
    );
    const told = rules.map(({ code }) => code);
    for (const code of [
      'CONTAINS_NAME',
      'CONTAINS_BIRTH_DATE',
      'CONTAINS_NUMBER',
      'TOO_COMMON',
      'RECENTLY_USED',
    ])
      expect(told).toContain(code);
    for (const { text } of rules) expect([text.ko, text.en]).not.toContain('');
  });
});
