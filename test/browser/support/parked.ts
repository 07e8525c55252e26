import type { Customer } from '../../support/customer.js';
import { untilParked } from '../../support/until-parked.js';
import type { RunningStack } from '../../support/running-stack.js';

const afterMs = 100_000;

/** Starts reissues whose codes cannot be sent, waits until they are parked, and repairs the provider. */
export async function parkedCustomers(stack: RunningStack, count: number): Promise<Customer[]> {
  const people = await stack.sandbox.makePeople(count, 'VALID');
  const crowd = await Promise.all(people.map((person) => stack.customerFor(person)));
  for (const provider of ['telecom', 'telecom-2'] as const)
    await stack.sandbox.setFault(provider, { mode: 'down' });
  try {
    await Promise.all(crowd.map((customer) => customer.start({}, { patienceMs: 0 })));
    await Promise.all(crowd.map(({ reissueId }) => untilParked(stack.db, reissueId, 1, afterMs)));
  } finally {
    await stack.sandbox.clearFaults();
  }
  return crowd;
}
