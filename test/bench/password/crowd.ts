import type { Customer } from '../../support/customer.js';
import { expectSuccess, type Answer } from '../../support/http.js';
import type { RunningStack } from '../../support/running-stack.js';
import { inParallel } from '../measure.js';

/** How many customers are prepared concurrently. */
const concurrency = 8;

/** New customers whose identity is verified and who must submit their password next. */
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

/** Submits the right passwords, so that the terms are next. */
export async function submitPasswords(crowd: readonly Customer[]): Promise<void> {
  await inParallel(concurrency, crowd, async (customer) => expectSuccess(await customer.submitPassword()));
}

/** A call with a password that is already sealed, because sealing is the client's work and not measured. */
export async function preparedPassword(customer: Customer, password: string): Promise<() => Promise<Answer>> {
  const body = { password: await customer.seal('password', password) };
  return () => customer.post('password', body, { patienceMs: 120_000 });
}

/** A call that gives consents: a step that only needs one transaction. */
export async function preparedConsents(customer: Customer): Promise<() => Promise<Answer>> {
  const consents = await customer.gateway.consents('issuance');
  return () => customer.giveConsents(consents, { patienceMs: 120_000 });
}

/** The time of a call, in milliseconds. @throws UnexpectedAnswer unless it succeeds */
export async function timed(call: () => Promise<Answer>): Promise<number> {
  const since = performance.now();
  expectSuccess(await call());
  return performance.now() - since;
}
