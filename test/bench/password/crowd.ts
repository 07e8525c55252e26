import type { Customer } from '../../support/customer.js';
import { expectSuccess, type Answer } from '../../support/http.js';
import type { RunningStack } from '../../support/running-stack.js';
import { inParallel } from '../measure.js';

/** As many as are got ready at a time. */
const concurrency = 8;

/** Customers whose identity is verified and who are asked for their password, each with a reissue of their own. */
export async function customersBeforePassword(stack: RunningStack, count: number): Promise<Customer[]> {
  const people = await stack.sandbox.makePeople(count, 'VALID');
  const crowd: Customer[] = [];
  await inParallel(concurrency, people, async (person) => {
    const customer = await stack.customerFor(person);
    expectSuccess(await customer.start());
    expectSuccess(await customer.verify());
    crowd.push(customer);
  });
  return crowd;
}

/** Moves customers on to the terms. */
export async function submitPasswords(crowd: readonly Customer[]): Promise<void> {
  await inParallel(concurrency, crowd, async (customer) => expectSuccess(await customer.submitPassword()));
}

/** A password ready to be sent: sealing it is the client's work, and not measured. */
export async function preparedPassword(customer: Customer, password: string): Promise<() => Promise<Answer>> {
  const body = { password: await customer.seal('password', password) };
  return () => customer.post('password', body, { patienceMs: 120_000 });
}

/** The plain step of another: the terms, a transaction and nothing else. */
export async function preparedConsents(customer: Customer): Promise<() => Promise<Answer>> {
  const consents = await customer.gateway.consents('issuance');
  return () => customer.giveConsents(consents, { patienceMs: 120_000 });
}

/** How long something took, in milliseconds. @throws UnexpectedAnswer unless it succeeded */
export async function timed(call: () => Promise<Answer>): Promise<number> {
  const since = performance.now();
  expectSuccess(await call());
  return performance.now() - since;
}
