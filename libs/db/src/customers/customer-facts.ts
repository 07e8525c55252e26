import type { CustomerFactKind } from '#libs/domain';
import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { NewRow, Row } from '../rows.js';

/** A fact about a customer, with the last event about it. */
export type CustomerFactRow = Row<'customer_fact'>;

/** What the bank's events say about a customer: since when each fact holds. A fact that does not hold is absent. */
export interface CustomerFacts {
  readonly since: Readonly<Partial<Record<CustomerFactKind, Date>>>;
  /** The contact on file when the contact changed last. It is kept for 90 days. */
  readonly formerContact: { readonly mobile: string | null; readonly email: string | null } | undefined;
}

/** What the bank's events say about a customer. */
export async function customerFacts(
  db: Database<'select customer_fact'> | Tx<'select customer_fact'>,
  customerRef: string,
): Promise<CustomerFacts> {
  const rows = await db
    .selectFrom('customer_fact')
    .select(['kind', 'since', 'former_mobile as mobile', 'former_email as email'])
    .where('customer_ref', '=', customerRef)
    .where('since', 'is not', null)
    .execute();
  const former = rows.find(({ mobile, email }) => mobile !== null || email !== null);
  return {
    since: Object.fromEntries(rows.map(({ kind, since }) => [kind, since])),
    formerContact: former && { mobile: former.mobile, email: former.email },
  };
}

/** The fact of this kind, if an event about it was handled before. The caller holds the lock on the person. */
export async function findCustomerFact(
  tx: Tx<'select customer_fact'>,
  customerRef: string,
  kind: CustomerFactKind,
): Promise<CustomerFactRow | undefined> {
  return tx
    .selectFrom('customer_fact')
    .selectAll()
    .where('customer_ref', '=', customerRef)
    .where('kind', '=', kind)
    .executeTakeFirst();
}

/** Writes a fact in place of the former one of its kind. */
export async function putCustomerFact(
  tx: Tx<'select customer_fact' | 'insert customer_fact' | 'update customer_fact'>,
  row: NewRow<'customer_fact'>,
): Promise<void> {
  const { customer_ref: _, kind: __, ...changes } = row;
  await tx
    .insertInto('customer_fact')
    .values(row)
    .onConflict((conflict) => conflict.columns(['customer_ref', 'kind']).doUpdateSet(changes))
    .execute();
}

/** Forgets the former contacts of customers whose contact changed before a time. @returns how many */
export async function forgetFormerContacts(
  db: Database<'select customer_fact' | 'update customer_fact'>,
  changedBefore: Date,
  limit: number,
): Promise<number> {
  const result = await sql`
    UPDATE customer_fact SET former_mobile = NULL, former_email = NULL WHERE (customer_ref, kind) IN (
      SELECT customer_ref, kind FROM customer_fact
      WHERE since < ${changedBefore} AND (former_mobile IS NOT NULL OR former_email IS NOT NULL) LIMIT ${limit})
  `.execute(db);
  return Number(result.numAffectedRows ?? 0);
}
