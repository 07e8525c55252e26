import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { AppCopies } from '../support/app-copies.js';
import type { Customer } from '../support/customer.js';
import { Gateway } from '../support/gateway.js';
import { expectSuccess } from '../support/http.js';
import { assembleLastRelease } from '../support/last-release.js';
import { ordinaryPath } from '../support/ordinary-path.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl, type Component } from '../support/stack-control.js';

jest.setTimeout(300_000);
const stack = connectToStack();
const control = new StackControl();
const former = new AppCopies();
/** The apps of this release. */
const present: readonly Component[] = ['gateway', 'ops', 'worker', 'signer', 'status'];
let formerGateway: Gateway;

beforeAll(async () => {
  const root = await assembleLastRelease();
  await former.start(() => ({}), root);
  await former.each((copy) => copy.untilReady());
  formerGateway = new Gateway(former.of('gateway').url);
}, 900_000);
afterAll(async () => {
  await former.end();
  await control.restore(stack);
  await stack.close();
});

async function begin(gateway: Gateway): Promise<Customer> {
  const customer = await stack.newCustomer('VALID');
  customer.gateway = gateway;
  expectSuccess(await customer.start());
  return customer;
}

/** The other steps, each through the next of these gateways. */
async function finish(customer: Customer, ...gateways: readonly Gateway[]): Promise<void> {
  for (const [index, { call }] of ordinaryPath.slice(1).entries()) {
    customer.gateway = gateways[index % gateways.length]!;
    expectSuccess(await call(customer));
  }
  expect((await customer.fetchReissue()).body).toMatchObject({ state: 'REGISTERED' });
}

it('The last release reissues a certificate on the schema of this one', async () => {
  for (const app of present) await control.stop(app);
  await finish(await begin(formerGateway), formerGateway);
});

it('Reissues that the last release began, and those of this one, pass through apps of both', async () => {
  const begun = [await begin(formerGateway), await begin(formerGateway)];
  for (const app of present) await control.start(app);
  begun.push(await begin(stack.gateway), await begin(stack.gateway));
  await Promise.all(begun.map((customer) => finish(customer, formerGateway, stack.gateway)));
});

it('A reissue that the last release began ends when only this one is left', async () => {
  const begun = await begin(formerGateway);
  await former.end();
  await finish(begun, stack.gateway);
});
