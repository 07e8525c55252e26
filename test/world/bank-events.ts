import { randomUUID } from 'node:crypto';
import type { CustomerEvent } from '#libs/contracts';
import type { CustomerEventKind } from '#libs/domain';
import { customer, type Enrolment, type Person } from './people.js';
import type { World } from './world.js';

/** A customer of the bank whom the bank can name in its events. */
export interface BankCustomer extends Person {
  readonly customerId: string;
  /** The pseudonym. */
  readonly customerRef: string;
  /** The bank's own id. */
  readonly bankId: string;
}

export async function bankCustomer(world: World, enrolment: Enrolment = {}): Promise<BankCustomer> {
  const person = await customer(world, enrolment);
  const bankId = `K-${randomUUID()}`;
  const { customer_id, customer_ref } = await world.owner
    .updateTable('customer')
    .set({ bank_customer_id: bankId })
    .where('customer_id', '=', person.customerId!)
    .returning(['customer_id', 'customer_ref'])
    .executeTakeFirstOrThrow();
  return { ...person, customerId: customer_id, customerRef: customer_ref, bankId };
}

/** An event of the bank about this customer. */
export const bankEvent = (
  kind: CustomerEventKind,
  { bankId }: Pick<BankCustomer, 'bankId'>,
  { time, id = randomUUID() }: { readonly time: Date; readonly id?: string },
): CustomerEvent => ({
  ...{ source: '/bank/core', id, kind, time },
  type: `bank.customer.${kind}.v1`,
  customerId: bankId,
});
