import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { ProblemSlug } from '#libs/contracts';
import { oldSerialOf, recordedStatusOf } from '../support/certificates.js';
import type { Customer } from '../support/customer.js';
import { expectSuccess, type Answer } from '../support/http.js';
import { KeyPair } from '../support/key-pair.js';
import { expectProblem } from '../support/problems.js';
import { connectToStack } from '../support/running-stack.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

/** A new customer whose reissue reached this state on the ordinary path. */
async function customerIn(
  state:
    'IDENTITY_REQUIRED' | 'PASSWORD_REQUIRED' | 'CONSENT_REQUIRED' | 'KEY_REQUIRED' | 'ISSUED' | 'REGISTERED',
): Promise<Customer> {
  const customer = await stack.newCustomer();
  const path: (() => Promise<Answer>)[] = [
    () => customer.start(),
    () => customer.verify(),
    () => customer.submitPassword(),
    () => customer.giveConsents(),
    () => customer.requestCertificate(),
    () => customer.register(),
  ];
  for (const step of path) {
    expectSuccess(await step());
    if (customer.reissue?.state === state) return customer;
  }
  throw new Error(`the ordinary path does not lead to ${state}`);
}
const codesBy = (errors: readonly { message: string }[] = []) => errors.map(({ message }) => message);

describe('a call out of its turn', () => {
  const all: Record<string, (customer: Customer) => Promise<Answer>> = {
    challenges: (customer) => customer.requestChallenges(['PHONE_CODE']),
    verifications: (customer) => customer.verify({ PHONE_CODE: '123456' }),
    password: (customer) => customer.submitPassword(),
    reset: (customer) => customer.resetPassword(),
    consents: (customer) => customer.giveConsents(),
    certificate: (customer) => customer.requestCertificate(),
    application: (customer) => customer.submitApplication(),
    registration: (customer) => customer.register({ challengeId: 'rc_0', signature: 'MAA' }),
    cancel: (customer) => customer.cancel(),
  };
  it.each([
    ['IDENTITY_REQUIRED', ['password', 'reset', 'consents', 'certificate', 'application', 'registration']],
    ['PASSWORD_REQUIRED', ['challenges', 'verifications', 'consents', 'certificate', 'registration']],
    ['CONSENT_REQUIRED', ['challenges', 'password', 'reset', 'certificate', 'application', 'registration']],
    ['KEY_REQUIRED', ['verifications', 'password', 'reset', 'consents', 'registration']],
    ['ISSUED', ['challenges', 'password', 'consents', 'certificate', 'application']],
    ['REGISTERED', Object.keys(all)],
  ] as const)(
    'A call in a wrong state changes nothing in %s and names the possible next calls',
    async (state, calls) => {
      const customer = await customerIn(state);
      const before = customer.reissue;
      for (const call of calls) {
        const problem = expectProblem(await all[call]!(customer), 'wrong-state');
        expect(problem.reissue).toEqual(before);
      }
      expect(expectSuccess(await customer.fetchReissue())).toMatchObject({ ...before });
    },
  );

  it('A certificate cannot be downloaded before it is issued', async () => {
    const customer = await customerIn('KEY_REQUIRED');
    expectProblem(await customer.download(), 'not-issued');
    expectProblem(await customer.download({ headers: { accept: 'image/png' } }), 'not-acceptable');
  });
});

describe('an application in one call', () => {
  it('An application in one call does the work of three calls', async () => {
    const customer = await customerIn('PASSWORD_REQUIRED');
    expect(expectSuccess(await customer.submitApplication())).toMatchObject({
      state: 'ISSUED',
      next: { action: 'REGISTER' },
    });
    expect(expectSuccess(await customer.register()).state).toBe('REGISTERED');
  });

  it('An application in one call sets a new password if the old one was forgotten', async () => {
    const customer = await stack.newCustomer();
    expectSuccess(await customer.start({ reason: 'PASSWORD_FORGOTTEN' }));
    expectSuccess(await customer.verify());
    const newPassword = await customer.seal('password', 'Quite-new-2026');
    expect(expectSuccess(await customer.submitApplication({ newPassword })).state).toBe('ISSUED');
  });

  it('An application in one call stops at the first part that fails and keeps the earlier parts', async () => {
    const customer = await customerIn('PASSWORD_REQUIRED');
    const password = await customer.seal('password', 'not-the-right-1');
    expectProblem(await customer.submitApplication({ password }), 'password-wrong');
    expect(customer.reissue).toMatchObject({ state: 'PASSWORD_REQUIRED', attempts: { password: 4 } });

    const [first, ...others] = await stack.gateway.consents('issuance');
    const consents = [{ ...first!, agreed: false }, ...others];
    expectProblem(await customer.submitApplication({ consents }), 'consent-incomplete');
    expect(customer.reissue?.state).toBe('CONSENT_REQUIRED');

    const rest = { password: undefined, ...(await customer.certificateRequest(await KeyPair.make())) };
    const refused = expectProblem(await customer.submitApplication(rest), 'request-refused');
    expect(refused.code).toBe('KEY_NOT_NAMED_AT_START');
    expect(customer.reissue?.state).toBe('KEY_REQUIRED');
    expect(expectSuccess(await customer.requestCertificate()).state).toBe('ISSUED');
  });
});

describe('a certificate request', () => {
  const refusals: [string, (customer: Customer) => Promise<object>, ProblemSlug][] = [
    [
      'for another key than the one named at the start',
      async (customer) => customer.certificateRequest(await KeyPair.make()),
      'request-refused',
    ],
    [
      'that is no PKCS#10 request',
      async (customer) => ({
        ...(await customer.certificateRequest()),
        csr: '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n',
      }),
      'request-refused',
    ],
    [
      'with an R that is not 20 bytes in hexadecimal',
      async (customer) => ({
        ...(await customer.certificateRequest()),
        vidRandom: await customer.seal('vid-random', 'beef'),
      }),
      'envelope-refused',
    ],
  ];
  it.each(refusals)('A certificate request %s is refused and can be repeated', async (_, body, slug) => {
    const customer = await customerIn('KEY_REQUIRED');
    expectProblem(await customer.post('certificate', await body(customer)), slug);
    expect(expectSuccess(await customer.fetchReissue()).state).toBe('KEY_REQUIRED');
    expect(expectSuccess(await customer.requestCertificate()).state).toBe('ISSUED');
  });

  it('A certificate request for a key of another reissue is refused', async () => {
    const first = await customerIn('REGISTERED');
    const second = await stack.customerFor(first.person, first.key);
    expectSuccess(await second.start());
    expectSuccess(await second.verify());
    expectSuccess(await second.submitPassword());
    expectSuccess(await second.giveConsents());
    const problem = expectProblem(await second.requestCertificate(), 'request-refused');
    expect(problem.code).toBe('KEY_ALREADY_USED');
  });
});

describe('an envelope', () => {
  it('An envelope made for another reissue is refused', async () => {
    const [customer, other] = await Promise.all([
      customerIn('PASSWORD_REQUIRED'),
      customerIn('IDENTITY_REQUIRED'),
    ]);
    const password = await other.seal('password', customer.person.certificatePassword);
    const problem = expectProblem(await customer.post('password', { password }), 'envelope-refused');
    expect(problem.errors).toMatchObject([{ pointer: '#/password' }]);
    expect(expectSuccess(await customer.fetchReissue()).attempts.password).toBe(5);
  });

  it('An envelope made for another purpose is refused', async () => {
    const customer = await customerIn('PASSWORD_REQUIRED');
    const password = await customer.seal('identity', customer.person.certificatePassword);
    expectProblem(await customer.post('password', { password }), 'envelope-refused');
  });

  it('An envelope sealed to a key that is not the bank’s is refused', async () => {
    const customer = await customerIn('PASSWORD_REQUIRED');
    const [head, ...rest] = (await customer.seal('password', customer.person.certificatePassword)).split('.');
    const header = { ...(JSON.parse(Buffer.from(head!, 'base64url').toString()) as object), kid: 'other' };
    const password = [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.');
    expectProblem(await customer.post('password', { password }), 'envelope-refused');
  });

  it('An altered envelope is refused and costs no try', async () => {
    const customer = await customerIn('PASSWORD_REQUIRED');
    const parts = (await customer.seal('password', customer.person.certificatePassword)).split('.');
    const bytes = Buffer.from(parts[3]!, 'base64url');
    bytes[0]! ^= 1;
    const password = parts.with(3, bytes.toString('base64url')).join('.');
    expectProblem(await customer.post('password', { password }), 'envelope-refused');
    expect(expectSuccess(await customer.fetchReissue()).attempts.password).toBe(5);
  });
});

describe('consent', () => {
  it('Consent to mandatory terms is required before personal data is used', async () => {
    const customer = await stack.newCustomer();
    const consents = (await stack.gateway.consents('identity')).map((each) => ({ ...each, agreed: false }));
    const problem = expectProblem(await customer.start({ consents }), 'consent-incomplete');
    expect(codesBy(problem.errors)).not.toEqual([]);
    expectProblem(await customer.start({ consents: [] }), 'consent-incomplete');
    expect(await stack.sandbox.inbox(customer.person.mobile)).toEqual([]);
  });

  it('A consent is recorded with id, version, digest, language, time, address and agent', async () => {
    const customer = await customerIn('CONSENT_REQUIRED');
    expectSuccess(await customer.giveConsents(undefined, { headers: { 'user-agent': 'e2e/1' } }));
    const rows = await stack.db
      .selectFrom('consent')
      .selectAll()
      .where('reissue_id', '=', customer.reissueId)
      .where('agent', '=', 'e2e/1')
      .execute();
    const terms = await stack.gateway.terms('issuance');
    expect(rows.map(({ terms_id }) => terms_id).sort()).toEqual(terms.map(({ termsId }) => termsId).sort());
    for (const { termsId, version, digest, mandatory } of terms)
      expect(rows.find((row) => row.terms_id === termsId)).toMatchObject({
        ...{ version, digest, agreed: mandatory, locale: 'ko', address: '127.0.0.1' },
        recorded_at: expect.any(Date),
      });
  });

  it('Consent to another text than the one in force is refused', async () => {
    const customer = await customerIn('CONSENT_REQUIRED');
    const consents = (await stack.gateway.consents('issuance')).map((each) => ({
      ...each,
      digest: 'ab'.repeat(32),
    }));
    expectProblem(await customer.giveConsents(consents), 'consent-incomplete');
    expect(expectSuccess(await customer.fetchReissue()).state).toBe('CONSENT_REQUIRED');
  });
});

describe('the registration proof', () => {
  it('The registration proof must be made with the new key over the exact challenge', async () => {
    const customer = await customerIn('ISSUED');
    const oldSerial = oldSerialOf(customer.person);
    expectProblem(await customer.register({ key: await KeyPair.make() }), 'registration-proof-invalid');
    const other = customer.key.sign(Buffer.from('something else')).toString('base64url');
    expectProblem(await customer.register({ signature: other }), 'registration-proof-invalid');
    expectProblem(await customer.register({ challengeId: 'rc_of_another' }), 'unknown-challenge');
    expect(await recordedStatusOf(stack.db, oldSerial)).toBe('IN_FORCE');
    expect(expectSuccess(await customer.register()).state).toBe('REGISTERED');
    expect(await recordedStatusOf(stack.db, oldSerial)).toBe('REVOKED superseded');
  });
});

describe('cancelling', () => {
  it.each(['IDENTITY_REQUIRED', 'PASSWORD_REQUIRED', 'CONSENT_REQUIRED', 'KEY_REQUIRED'] as const)(
    'A cancellation in %s ends the reissue and leaves the old certificate',
    async (state) => {
      const customer = await customerIn(state);
      const cancelled = expectSuccess(await customer.cancel());
      expect(cancelled).toMatchObject({ state: 'CANCELLED', next: { action: 'NONE' }, deadline: null });
      expect(await recordedStatusOf(stack.db, oldSerialOf(customer.person))).toBe('IN_FORCE');
      expectProblem(await customer.cancel(), 'wrong-state');
    },
  );

  it('A cancellation after issuance withdraws the new certificate and leaves the old one', async () => {
    const customer = await customerIn('ISSUED');
    const { serial } = customer.reissue!.certificate!;
    expect(expectSuccess(await customer.cancel()).state).toBe('WITHDRAWN');
    expect(await recordedStatusOf(stack.db, serial)).toBe('REVOKED cessationOfOperation');
    expect(await recordedStatusOf(stack.db, oldSerialOf(customer.person))).toBe('IN_FORCE');
    expectProblem(await customer.download(), 'certificate-withdrawn');
    await until('the notice of the withdrawal', async () =>
      (await stack.sandbox.inbox(customer.person.mobile)).some(({ id }) => id.includes('.WITHDRAWN')),
    );
  });

  it('A cancellation during signing has one outcome: withdrawn, or issued and withdrawn', async () => {
    const customer = await customerIn('KEY_REQUIRED');
    const request = customer.requestCertificate();
    const cancelled = await customer.cancel();
    await request;
    expect(['CANCELLED', 'WITHDRAWN']).toContain(expectSuccess(cancelled).state);
    const live = await stack.db
      .selectFrom('certificate')
      .select('serial')
      .where('reissue_id', '=', customer.reissueId)
      .where('revoked_at', 'is', null)
      .execute();
    expect(live).toEqual([]);
    expect(await recordedStatusOf(stack.db, oldSerialOf(customer.person))).toBe('IN_FORCE');
  });
});
