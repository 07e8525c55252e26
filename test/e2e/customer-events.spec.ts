import { X509Certificate } from 'node:crypto';
import { afterAll, expect, it, jest } from '@jest/globals';
import { ocspStatus } from '../support/certificate-status.js';
import { expectSuccess } from '../support/http.js';
import { connectToStack } from '../support/running-stack.js';
import { until } from '../support/until.js';
import { untilWorkflowCompleted } from '../support/workflows.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

it("A fraud that the bank's systems suspect ends the reissue and suspends the certificate, until it is cleared", async () => {
  const customer = await stack.newCustomer();
  const { person } = customer;
  const old = new X509Certificate(person.oldCertificate!);
  expectSuccess(await customer.start());
  expectSuccess(await customer.verify());

  await stack.sandbox.sendCustomerEvent(person, 'fraud-suspected');
  const { ended } = await until('the end of the reissue', async () => {
    const reissue = expectSuccess(await customer.fetchReissue());
    return reissue.state === 'CANCELLED' && reissue;
  });
  expect(ended?.code).toBe('CANCELLED_BY_BANK');
  await untilWorkflowCompleted(stack.temporal, customer.reissueId);
  expect(await ocspStatus(old)).toBe('onHold');

  await stack.sandbox.sendCustomerEvent(person, 'fraud-cleared');
  await until('the certificate to be in force again', async () => (await ocspStatus(old)) === 'good');
});
