import { comparableName } from '#libs/domain';
import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { CustomerRow } from '../rows.js';

/** More people do not share a mobile number; a number of thousands says nothing of any of them. */
const mostOfOneMobile = 100;

/**
 * The customer of this name with this mobile number, if it is one person. Names are the same as `comparableName` has
 * them: people type them in other ways than a bank writes them.
 *
 * @param mobile digits only
 */
export async function findCustomer(
  db: Database | Tx,
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
 * The customer of this name with this number on file, if it is one person.
 *
 * @param lookups the number's keyed digests, one for each key of the registry
 */
export async function findCustomerByRrn(
  db: Database | Tx,
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

export async function customerById(db: Database | Tx, customerId: string): Promise<CustomerRow | undefined> {
  return db.selectFrom('customer').selectAll().where('customer_id', '=', customerId).executeTakeFirst();
}

export async function customerByCi(db: Database | Tx, ci: string): Promise<CustomerRow | undefined> {
  return db.selectFrom('customer').selectAll().where('ci', '=', ci).executeTakeFirst();
}

/** The customer of this pseudonym. */
export async function customerByRef(
  db: Database | Tx,
  customerRef: string,
): Promise<CustomerRow | undefined> {
  return db.selectFrom('customer').selectAll().where('customer_ref', '=', customerRef).executeTakeFirst();
}

/**
 * The lock on a person. Whoever also locks reissues takes this one first, so that two reissues of one person
 * never wait for each other. `NO KEY`, because PostgreSQL itself locks the customer's key while it checks a
 * reissue's foreign key, also for somebody who holds the reissue and not the person: a second update of a row in one
 * transaction is checked anew.
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

/** The locks on several persons, in the one order in which everybody takes them; see {@link lockReissues}. */
export async function lockCustomers(
  tx: Tx<'select customer' | 'update customer'>,
  customerIds: readonly string[],
  { wait }: { readonly wait: boolean },
): Promise<CustomerRow[]> {
  return tx
    .selectFrom('customer')
    .selectAll()
    .where((is) => is('customer_id', '=', is.fn.any(sql<string[]>`${customerIds}::uuid[]`)))
    .orderBy('customer_id')
    .forNoKeyUpdate()
    .$if(!wait, (query) => query.skipLocked())
    .execute();
}
