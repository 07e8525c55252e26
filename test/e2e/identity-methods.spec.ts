import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { IdentifierKind, IdentityMethod } from '#libs/domain';
import type { Customer } from '../support/customer.js';
import { expectSuccess } from '../support/http.js';
import { documentAnswer, signedWithOld } from '../support/identity-answers.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

/** Completes a reissue whose identity is verified. */
async function finish(customer: Customer): Promise<void> {
  if (customer.reissue?.state === 'PASSWORD_REQUIRED') expectSuccess(await customer.submitPassword());
  expectSuccess(await customer.giveConsents());
  expectSuccess(await customer.requestCertificate());
  expect(expectSuccess(await customer.register()).state).toBe('REGISTERED');
}

describe.each<[IdentifierKind, readonly IdentityMethod[]]>([
  ['RRN', ['PHONE_CODE', 'ONE_WON']],
  ['DOCUMENT', ['PHONE_CODE', 'ID_DOCUMENT']],
  ['MOBILE', ['PHONE_CODE', 'OLD_CERTIFICATE']],
])('a customer who claims an identity by %s and proves it by %j', (by, methods) => {
  it(`A customer who claims an identity by ${by} and proves it by ${methods.join()} gets a certificate`, async () => {
    const customer = await stack.newCustomer();
    const { challenges } = expectSuccess(await customer.start({ by, methods }));
    expect(challenges.map(({ method }) => method).sort()).toEqual([...methods].sort());
    const { results, reissue } = expectSuccess(await customer.verify());
    expect(results.map(({ accepted }) => accepted)).toEqual([true, true]);
    const skipped = methods.includes('OLD_CERTIFICATE');
    expect(reissue.state).toBe(skipped ? 'CONSENT_REQUIRED' : 'PASSWORD_REQUIRED');
    await finish(customer);
  });
});

describe('a foreign resident', () => {
  it('A foreign resident gets a certificate by number and document', async () => {
    const customer = await stack.customerFor(await stack.sandbox.makeForeigner('EXPIRED'));
    expect(customer.person.rrn).toMatch(/^\d{6}[5-8]/);
    expectSuccess(await customer.start({ by: 'RRN', methods: ['PHONE_CODE', 'ID_DOCUMENT'] }));
    expect(expectSuccess(await customer.verify()).reissue.state).toBe('PASSWORD_REQUIRED');
    await finish(customer);
  });
});

describe('an identity document', () => {
  let customer: Customer;
  beforeAll(async () => {
    customer = await stack.newCustomer();
    expectSuccess(await customer.start({ methods: ['PHONE_CODE', 'ID_DOCUMENT'] }));
  });
  const challenge = () => customer.challenges.find(({ method }) => method === 'ID_DOCUMENT');

  it('A challenge for an identity document sends nothing', () => {
    expect(challenge()).toMatchObject({ hint: '', remainingAttempts: 5 });
  });

  it('An identity document with another date of issue is refused without a reason', async () => {
    const answer = await documentAnswer(customer, { issuedOn: '2019-01-02' });
    const { results } = expectSuccess(await customer.verify({ ID_DOCUMENT: answer }));
    expect(results).toEqual([{ challengeId: challenge()!.challengeId, accepted: false, reason: 'WRONG' }]);
  });

  it('A document of another person is not accepted', async () => {
    const other = await stack.sandbox.makePerson('VALID');
    const { rrn } = other;
    const { results } = expectSuccess(
      await customer.verify({ ID_DOCUMENT: await documentAnswer(customer, { rrn }) }),
    );
    expect(results).toMatchObject([{ accepted: false, reason: 'WRONG' }]);
  });

  it('An identity document with a photo that was never uploaded is not checked and costs no try', async () => {
    const answer = await documentAnswer(customer);
    const other = await stack.newCustomer();
    expectSuccess(await other.start());
    const { photoId } = expectSuccess(await other.uploadPhoto());
    for (const unknown of [photoId, `ph_${'0'.repeat(31)}1`]) {
      const swapped = JSON.stringify({ ...(JSON.parse(answer) as object), photoId: unknown });
      expectProblem(await customer.verify({ ID_DOCUMENT: swapped }), 'unknown-photo');
    }
    const { results } = expectSuccess(await customer.verify({ ID_DOCUMENT: answer }));
    expect(results).toMatchObject([{ accepted: true }]);
  });

  it('An identity document alone does not verify the identity, and the phone code is still asked for', async () => {
    expect(customer.reissue).toMatchObject({
      state: 'IDENTITY_REQUIRED',
      next: { methods: ['PHONE_CODE'] },
    });
    const code = await stack.sandbox.phoneCode(customer.person);
    expect(expectSuccess(await customer.verify({ PHONE_CODE: code })).reissue.state).toBe(
      'PASSWORD_REQUIRED',
    );
  });

  it('An identity document that is refused five times locks its method only', async () => {
    const unlucky = await stack.newCustomer();
    expectSuccess(await unlucky.start({ methods: ['ID_DOCUMENT', 'PHONE_CODE', 'ONE_WON'] }));
    const wrong = await documentAnswer(unlucky, { issuedOn: '2019-01-02' });
    for (let tries = 1; tries < 5; tries++) expectSuccess(await unlucky.verify({ ID_DOCUMENT: wrong }));
    const { results, reissue } = expectSuccess(await unlucky.verify({ ID_DOCUMENT: wrong }));
    expect(results).toMatchObject([{ accepted: false, reason: 'LOCKED' }]);
    expect(reissue.next.methods).not.toContain('ID_DOCUMENT');
    const codes = await unlucky.readCodes(['PHONE_CODE', 'ONE_WON']);
    expect(expectSuccess(await unlucky.verify(codes)).reissue.state).toBe('PASSWORD_REQUIRED');
  });
});

describe('the old certificate', () => {
  const withOld = ['PHONE_CODE', 'OLD_CERTIFICATE'] as const;

  it('The old certificate signs a text that names reissue and challenge, and no certificate is shown before', async () => {
    const customer = await stack.newCustomer();
    const { challenges } = expectSuccess(await customer.start({ methods: withOld }));
    const { toSign, challengeId } = challenges.find(({ method }) => method === 'OLD_CERTIFICATE')!;
    const lines = Buffer.from(toSign!, 'base64url').toString().split('\n');
    expect(lines.slice(0, 3)).toEqual(['reseal/identity/v1', customer.reissueId, challengeId]);
    expect(lines[3]).toMatch(/^[\w-]{43}$/);
  });

  it('A signature of another person or over another challenge is refused', async () => {
    const [customer, other] = await Promise.all([stack.newCustomer(), stack.newCustomer()]);
    for (const each of [customer, other]) expectSuccess(await each.start({ methods: withOld }));
    const challengeOf = ({ challenges }: Customer) =>
      challenges.find(({ method }) => method === 'OLD_CERTIFICATE')!;
    const strange = [
      signedWithOld(other.person, challengeOf(customer)),
      signedWithOld(customer.person, challengeOf(other)),
      signedWithOld(customer.person, {}),
    ];
    for (const answer of strange) {
      const { results } = expectSuccess(await customer.verify({ OLD_CERTIFICATE: answer }));
      expect(results).toMatchObject([{ accepted: false, reason: 'WRONG' }]);
    }
    expectProblem(await customer.verify({ OLD_CERTIFICATE: 'not JSON' }), 'answer-malformed');
    const { reissue } = expectSuccess(await customer.verify());
    expect(reissue.state).toBe('CONSENT_REQUIRED');
  });

  it.each(['LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED'] as const)(
    'The old certificate proves nothing for a customer who declares %s',
    async (reason) => {
      const customer = await stack.newCustomer();
      expectProblem(await customer.start({ reason, methods: withOld }), 'method-not-offered');
    },
  );

  it('The old certificate does not unlock a locked password', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start());
    expectSuccess(await customer.verify());
    for (let tries = 0; tries < 5; tries++) await customer.submitPassword('not-the-right-1');
    const next = await stack.customerFor(customer.person);
    expectSuccess(await next.start({ methods: withOld }));
    const { reissue } = expectSuccess(await next.verify());
    expect(reissue).toMatchObject({ state: 'PASSWORD_REQUIRED', next: { action: 'RESET_PASSWORD' } });
  });
});
