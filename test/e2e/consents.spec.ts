import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { consentsResponseSchema, WithdrawnConsent } from '#libs/contracts';
import { verifyReceipt, type ReceiptClaims } from '#libs/terms';
import type { JWK } from 'jose';
import type { z } from 'zod';
import type { Customer } from '../support/customer.js';
import { newIdempotencyKey, type CallOptions } from '../support/gateway.js';
import { expectSuccess } from '../support/http.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

const optional = 'marketing-notices';
/** The public keys that anybody can read to verify a receipt. */
const publishedKeys = async () => {
  const answer = await fetch(`${stack.gateway.url}/v1/receipt-keys`);
  return (await answer.json()) as { keys: JWK[] };
};

async function consentsOf(customer: Customer) {
  const answer = await customer.get<z.output<typeof consentsResponseSchema>>('/consents');
  const { consents, receipts } = expectSuccess(answer);
  const keys = await publishedKeys();
  const claims = await Promise.all(receipts.map((receipt) => verifyReceipt(receipt, keys)));
  return { consents, claims };
}

const withdraw = (customer: Customer, termsId: string, options: CallOptions = {}) =>
  stack.gateway.post<WithdrawnConsent>(
    `/v1/reissues/${customer.reissueId}/consents/withdrawals`,
    { termsId },
    { accessToken: customer.accessToken, ...options },
  );

async function startAgreeing(): Promise<Customer> {
  const customer = await stack.newCustomer('VALID');
  expectSuccess(await customer.start({ consents: await stack.gateway.consents('identity', true) }));
  return customer;
}

describe('what a customer agrees to', () => {
  it('A consent that does not match the terms in force is refused by name, in the customer’s language', async () => {
    const customer = await stack.newCustomer('VALID');
    const [first, ...others] = await stack.gateway.consents('identity');
    const issuance = (await stack.gateway.consents('issuance'))[0]!;
    const refused = async (consents: object[]) => {
      const answer = await customer.start({ consents } as never);
      return expectProblem(answer, 'consent-incomplete').errors;
    };
    expect(await refused([{ ...first, version: '2020-01' }, ...others])).toEqual([
      {
        pointer: '#/consents/0',
        code: 'OUTDATED_VERSION',
        message: `${first!.termsId}: this version is not in force`,
      },
    ]);
    expect(await refused([first!, ...others, issuance])).toMatchObject([{ code: 'UNKNOWN_TERMS' }]);
    expectProblem(await customer.start({ consents: Array(33).fill(first) }), 'invalid-request');
  });
});

describe('what a customer agreed to', () => {
  it('Consents are listed with receipts that say the same and that anyone can verify', async () => {
    const customer = await startAgreeing();
    expectSuccess(await customer.verify());
    expectSuccess(await customer.submitPassword());
    expectSuccess(await customer.giveConsents());
    const { consents, claims } = await consentsOf(customer);
    expect(claims).toHaveLength(2);
    const confirmed = claims.flatMap((claim: ReceiptClaims) => claim.consents);
    const sorted = (list: readonly { termsId: string }[]) =>
      [...list].sort((one, other) => one.termsId.localeCompare(other.termsId));
    expect(sorted(confirmed)).toEqual(sorted(consents.map(({ recordedAt: _at, ...consent }) => consent)));
    for (const claim of claims) expect(claim.sub).toBe(customer.reissueId);
    expect(JSON.stringify(claims)).not.toContain(customer.person.name);
  });

  it('An optional consent can be withdrawn, also after the end of the reissue', async () => {
    const customer = await startAgreeing();
    expectSuccess(await customer.cancel());
    const first = expectSuccess(await withdraw(customer, optional));
    expect(first).toMatchObject({ termsId: optional });
    const again = expectSuccess(await withdraw(customer, optional));
    expect(again).toEqual(first);
    const { consents, claims } = await consentsOf(customer);
    expect(consents.at(-1)).toMatchObject({ termsId: optional, agreed: false, act: 'WITHDRAWN' });
    expect(claims.at(-1)?.consents).toEqual([
      expect.objectContaining({ termsId: optional, agreed: false, act: 'WITHDRAWN' }),
    ]);
    const types = await stack.db
      .selectFrom('event')
      .select('type')
      .where('stream', '=', customer.reissueId)
      .orderBy('sequence')
      .execute();
    expect(types.at(-1)?.type).toBe('reseal.reissue.consent-withdrawn.v1');
  });

  it('A withdrawal takes effect once, however often the call is repeated', async () => {
    const customer = await startAgreeing();
    const idempotencyKey = newIdempotencyKey();
    const answers = await Promise.all([1, 2, 3].map(() => withdraw(customer, optional, { idempotencyKey })));
    const [first, ...others] = answers.map(expectSuccess);
    for (const other of others) expect(other).toEqual(first);
    expect((await consentsOf(customer)).claims).toHaveLength(2);
    expectProblem(await withdraw(customer, 'unique-identifier', { idempotencyKey }), 'idempotency-mismatch');
  });

  it('A consent cannot be withdrawn if it is required, was never given, or is another customer’s', async () => {
    const customer = await startAgreeing();
    expectProblem(await withdraw(customer, 'personal-information'), 'consent-mandatory');
    expectProblem(await withdraw(customer, 'expiry-guidance'), 'consent-not-given');
    const other = await startAgreeing();
    expectProblem(await withdraw(customer, optional, { accessToken: other.accessToken }), 'not-your-reissue');
    expect((await consentsOf(customer)).claims).toHaveLength(1);
  });
});
