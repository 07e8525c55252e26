import { readResidentNumber, type PersonalFacts } from '#libs/domain';
import type { CustomerRow } from '#libs/db/customers';
import { NumberAccess } from '#libs/resident-numbers';
import type { PasswordContext } from './context.js';

/** What the bank knows of a customer that others may know too, for a new password to be held against. */
export async function personalFacts(
  { db, clock, registryKeys }: PasswordContext,
  reissueId: string,
  customer: CustomerRow,
): Promise<PersonalFacts> {
  const access = await NumberAccess.record(db, {
    customerId: customer.customer_id,
    customerRef: customer.customer_ref,
    actor: 'worker',
    purpose: 'PASSWORD_RULES',
    reissueId,
    at: clock(),
  });
  const number = await access.open(db, registryKeys);
  const read = number === undefined ? undefined : readResidentNumber(number, clock());
  return {
    name: customer.name,
    ...(read ? { birthDate: read.birthDate } : {}),
    // Of the number only the part that is not the birth date: with known digits before it, it could be guessed bit by bit.
    numbers: [customer.mobile, customer.account_number, ...(read ? [read.digits.slice(6)] : [])],
  };
}
