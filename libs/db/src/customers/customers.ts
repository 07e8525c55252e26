import { comparableName } from '#libs/domain';
import type { Database, Tx } from '../database.js';
import type { CustomerRow } from '../rows.js';

/** The most customers read for one mobile number. A number that thousands share identifies none of them. */
const mostOfOneMobile = 100;

/**
 * The customer with this name and mobile number, if exactly one matches. Names are compared by `comparableName`, because
 * customers type them in other ways than a bank writes them.
 *
 * @param mobile digits only
 */
export async function findCustomer(
  db: Database<'select customer'> | Tx<'select customer'>,
  name: string,
  mobile: string,
): Promise<CustomerRow | undefined> {
  const rows = await db
    .selectFrom('customer')
    .selectAll()
    .where('mobile', '=', mobile)
    .limit(mostOfOneMobile)
    .execute();
  const wanted = comparableName(name);
  const [only, ...more] = rows.filter((row) => comparableName(row.name) === wanted);
  return more.length === 0 ? only : undefined;
}

/**
 * The customer with this name and resident registration number, if exactly one matches.
 *
 * @param lookups keyed digests of the number, one for each registry key
 */
export async function findCustomerByRrn(
  db: Database<'select customer' | 'select customer_rrn'> | Tx<'select customer' | 'select customer_rrn'>,
  name: string,
  lookups: readonly string[],
): Promise<CustomerRow | undefined> {
  const rows = await db
    .selectFrom('customer_rrn')
    .innerJoin('customer', 'customer.customer_id', 'customer_rrn.customer_id')
    .selectAll('customer')
    .where((is) => is('customer_rrn.lookup', '=', is.fn.any(is.val(lookups))))
    .limit(2)
    .execute();
  const [only, ...more] = rows;
  return more.length === 0 && only && comparableName(only.name) === comparableName(name) ? only : undefined;
}

export async function customerById(
  db: Database<'select customer'> | Tx<'select customer'>,
  customerId: string,
): Promise<CustomerRow | undefined> {
  return db.selectFrom('customer').selectAll().where('customer_id', '=', customerId).executeTakeFirst();
}

export async function customerByCi(
  db: Database<'select customer'> | Tx<'select customer'>,
  ci: string,
): Promise<CustomerRow | undefined> {
  return db.selectFrom('customer').selectAll().where('ci', '=', ci).executeTakeFirst();
}

/** The customer with this pseudonym. */
export async function customerByRef(
  db: Database | Tx,
  customerRef: string,
): Promise<CustomerRow | undefined> {
  return db.selectFrom('customer').selectAll().where('customer_ref', '=', customerRef).executeTakeFirst();
}

/**
 * Reads and locks a person. A transaction that also locks reissues takes this lock first, so that two reissues of one
 * person cannot deadlock. `NO KEY`, because PostgreSQL locks the customer's key when it checks a reissue's foreign key,
 * also in a transaction that holds only the reissue's lock: the second update of a row checks the key again.
 */
export async function lockCustomer(
  tx: Tx<'select customer' | 'update customer'>,
  customerId: string,
): Promise<CustomerRow> {
  return tx
    .selectFrom('customer')
    .selectAll()
    .where('customer_id', '=', customerId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
}

/**
 * As {@link lockCustomer}, for the person of a reissue.
 *
 * @returns undefined for an unknown person, which costs the same statement
 */
export async function lockCustomerOf(
  tx: Tx<'select customer' | 'select reissue' | 'update customer'>,
  reissueId: string,
): Promise<CustomerRow | undefined> {
  return tx
    .selectFrom('customer')
    .selectAll()
    .where('customer_id', '=', (query) =>
      query.selectFrom('reissue').select('reissue.customer_id').where('reissue_id', '=', reissueId),
    )
    .forNoKeyUpdate()
    .executeTakeFirst();
}
