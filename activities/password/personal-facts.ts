import { readResidentNumber, type PersonalFacts } from '#libs/domain';
import type { CustomerRow } from '#libs/db/customers';
import { NumberAccess } from '#libs/resident-numbers';
import type { PasswordContext } from './context.js';

/** The facts about a customer that others may know too. A new password must not contain them. */
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
    // Without the birth date: its known digits would let an applicant guess the rest digit by digit.
    numbers: [customer.mobile, customer.account_number, ...(read ? [read.digits.slice(6)] : [])],
  };
}
