import { X509Certificate } from 'node:crypto';
import { afterAll, expect, it, jest } from '@jest/globals';
import { ocspStatus } from '../support/certificate-status.js';
import { expectSuccess } from '../support/http.js';
import { connectToStack } from '../support/running-stack.js';
import { expectTextStatesStatus } from '../support/status-words.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

it.each([
  ['EXPIRED', 'good'],
  ['LOST', 'onHold'],
  ['PASSWORD_FORGOTTEN', 'good'],
  ['KEY_COMPROMISED', 'revoked'],
] as const)(
  'After a cancellation for %s the customer reads the OCSP status of the old certificate: %s',
  async (reason, status) => {
    const customer = await stack.newCustomer();
    const { person } = customer;
    expectSuccess(await customer.start({ reason }));
    expectSuccess(await customer.verify());
    const { ended, oldCertificate } = expectSuccess(await customer.cancel());
    expect(await ocspStatus(new X509Certificate(person.oldCertificate!))).toBe(status);
    expect(oldCertificate).toBeDefined();
    for (const language of ['ko', 'en'] as const) expectTextStatesStatus(ended!.text[language], status);
    const sms = await until('the text message about the end', async () =>
      (await stack.sandbox.inbox(person.mobile)).find(({ text }) => text.includes('취소')),
    );
    expectTextStatesStatus(sms.text, status);
  },
);
