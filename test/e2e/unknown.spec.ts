import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { IdentifierKind, IdentityMethod } from '#libs/domain';
import type { Customer } from '../support/customer.js';
import { expectSuccess } from '../support/http.js';
import { documentAnswer, signedWithOld } from '../support/identity-answers.js';
import { unknownPersonLike } from '../support/unknown-person.js';
import { connectToStack } from '../support/running-stack.js';
import { visibleShapeOf } from '../support/visible-shape.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

const wrong = '000000x';
const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1]!;

/** A customer of the bank, and a person whom it does not know. */
async function pair(): Promise<readonly Customer[]> {
  const known = await stack.newCustomer();
  return [known, await stack.customerFor(unknownPersonLike((await stack.newCustomer()).person))];
}

describe('a person whom the bank does not know', () => {
  const guesses: readonly Partial<Record<IdentityMethod, string>>[] = [
    { PHONE_CODE: wrong },
    { ONE_WON: wrong },
    { PHONE_CODE: '000000', ONE_WON: wrong },
    { PHONE_CODE: wrong },
    { PHONE_CODE: wrong },
    { PHONE_CODE: wrong },
  ];

  it.each<IdentifierKind>(['MOBILE', 'RRN', 'DOCUMENT'])(
    'An unknown person who claims an identity by %s gets the same answers in the same time until identity fails',
    async (by) => {
      const customers = await pair();
      const times = customers.map(() => [] as number[]);
      const seen = customers.map(() => [] as unknown[]);
      const ask = async (call: (customer: Customer) => Promise<Parameters<typeof visibleShapeOf>[0]>) => {
        for (const [index, customer] of customers.entries()) {
          const since = performance.now();
          const answer = await call(customer);
          times[index]!.push(performance.now() - since);
          seen[index]!.push(visibleShapeOf(answer));
        }
      };
      await ask((customer) => customer.start({ by }));
      for (const guess of guesses) await ask((customer) => customer.verify(guess));
      expect(seen[1]).toEqual(seen[0]);
      for (const { reissue } of customers) {
        expect(reissue?.state).toBe('REJECTED');
        expect(Object.keys(reissue!)).not.toContain('basis');
        expect(Object.keys(reissue!)).not.toContain('certificate');
      }
      const [known, unknown] = times.map(median);
      expect(Math.abs(known! - unknown!)).toBeLessThan(100 + known!);
    },
  );

  it('An unknown person gets the same answers for a document and a certificate', async () => {
    const customers = await pair();
    const seen: unknown[][] = [[], []];
    const other = await stack.newCustomer();
    for (const [index, customer] of customers.entries()) {
      const methods = ['ID_DOCUMENT', 'OLD_CERTIFICATE'] as const;
      seen[index]!.push(visibleShapeOf(await customer.start({ methods })));
      const challenge = customer.challenges.find(({ method }) => method === 'OLD_CERTIFICATE')!;
      const document = await documentAnswer(customer, { issuedOn: '2019-01-02' });
      seen[index]!.push(visibleShapeOf(await customer.verify({ ID_DOCUMENT: document })));
      const signed = signedWithOld(other.person, challenge);
      seen[index]!.push(visibleShapeOf(await customer.verify({ OLD_CERTIFICATE: signed })));
    }
    expect(seen[1]).toEqual(seen[0]);
  });

  it('An unknown person gets no transfer and no notification', async () => {
    const [, customer] = await pair();
    expectSuccess(await customer!.start());
    for (let tries = 0; tries < 5; tries++) await customer!.verify({ PHONE_CODE: wrong });
    expect(customer!.reissue?.state).toBe('REJECTED');
    expect(await stack.sandbox.inbox(customer!.person.mobile)).toEqual([]);
    expect(await stack.sandbox.deposits(customer!.person.account.number)).toEqual([]);
  });

  it.each<IdentifierKind>(['MOBILE', 'RRN'])(
    'An applicant whose name does not belong to the %s is unknown',
    async (by) => {
      const { person } = await stack.newCustomer();
      const customer = await stack.customerFor({ ...person, name: '김다름' });
      const { reissue } = expectSuccess(await customer.start({ by }));
      expect(reissue.state).toBe('IDENTITY_REQUIRED');
      expect(await stack.sandbox.inbox(person.mobile)).toEqual([]);
      expect(await stack.sandbox.deposits(person.account.number)).toEqual([]);
    },
  );
});
