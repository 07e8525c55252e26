import { comparableName, unknownCustomerId } from '#libs/domain';
import { sql, type RawBuilder } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { CertificateRow, CustomerRow } from '../rows.js';
import type { WritePart } from '../writes.js';

/** The most customers read for one mobile number. A number that thousands share identifies none of them. */
const mostOfOneMobile = 100;

/** What decides about the certificate on file: the last one registered, also if it was revoked or has expired since. */
type OnFile = Pick<CertificateRow, 'not_after' | 'hold_at' | 'revoked_at' | 'revocation_reason'>;

/** The customer whose identity an applicant claims. */
export interface ClaimedCustomer {
  readonly customer: CustomerRow;
  /** Undefined: no certificate was ever registered. */
  readonly onFile: OnFile | undefined;
}

/**
 * The customer with this name and mobile number, if exactly one matches. Names are compared by `comparableName`, because
 * customers type them in other ways than a bank writes them.
 *
 * @param mobile digits only
 */
export async function findCustomer(
  db: Tx<'select certificate' | 'select customer'>,
  name: string,
  mobile: string,
): Promise<ClaimedCustomer | undefined> {
  const rows = await withOnFile(
    db.selectFrom('customer').selectAll().where('mobile', '=', mobile).limit(mostOfOneMobile),
  ).execute(db);
  const wanted = comparableName(name);
  const found = rows.rows.flatMap(claimed).filter(({ customer }) => comparableName(customer.name) === wanted);
  return found.length === 1 ? found[0] : undefined;
}

/**
 * The customer with this name and resident registration number, if exactly one matches.
 *
 * @param lookups keyed digests of the number, one for each registry key
 */
export async function findCustomerByRrn(
  db: Tx<'select certificate' | 'select customer' | 'select customer_rrn'>,
  name: string,
  lookups: readonly string[],
): Promise<ClaimedCustomer | undefined> {
  const { rows } = await withOnFile(
    db
      .selectFrom('customer_rrn')
      .innerJoin('customer', 'customer.customer_id', 'customer_rrn.customer_id')
      .selectAll('customer')
      .where((is) => is('customer_rrn.lookup', '=', is.fn.any(is.val(lookups))))
      .limit(2),
  ).execute(db);
  const [only, ...more] = rows.flatMap(claimed);
  return more.length === 0 && only && comparableName(only.customer.name) === comparableName(name)
    ? only
    : undefined;
}

/** A row of {@link withOnFile}: without a customer or a certificate, its columns are null. */
type WithOnFile = (CustomerRow | { readonly customer_id: null }) &
  (OnFile | { readonly [Column in keyof OnFile]: null });

/**
 * The found customers with their certificates on file. A person who is not found costs the same look-ups, so that the time
 * of the answer reveals nothing.
 */
const withOnFile = (customers: WritePart): RawBuilder<WithOnFile> => sql`
  SELECT found.*, not_after, hold_at, revoked_at, revocation_reason
  FROM (SELECT ${unknownCustomerId}::uuid AS id) AS stranger
  LEFT JOIN (${customers}) AS found ON true
  LEFT JOIN LATERAL (
    SELECT * FROM certificate WHERE customer_id = coalesce(found.customer_id, stranger.id) AND on_file
    ORDER BY certificate.created_at DESC LIMIT 1
  ) AS file ON true`;

function claimed(row: WithOnFile): ClaimedCustomer[] {
  const { not_after, hold_at, revoked_at, revocation_reason, ...customer } = row;
  if (customer.customer_id === null) return [];
  const onFile = not_after === null ? undefined : { not_after, hold_at, revoked_at, revocation_reason };
  return [{ customer, onFile }];
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

/** As {@link lockCustomer}, for the customer with this id of the bank. @returns undefined if there is none, or was erased */
export async function lockCustomerByBankId(
  tx: Tx<'select customer' | 'update customer'>,
  bankCustomerId: string,
): Promise<CustomerRow | undefined> {
  return tx
    .selectFrom('customer')
    .selectAll()
    .where('bank_customer_id', '=', bankCustomerId)
    .where('erased_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
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

/** What is on file about a customer of the bank, without personal data. */
export interface CustomerSummary {
  readonly customerRef: string;
  readonly number: boolean;
  readonly passwordSetAt: Date | null;
  readonly erasedAt: Date | null;
  readonly certificates: readonly {
    readonly serial: string;
    readonly issuer: string;
    readonly notAfter: Date;
  }[];
}

/** The customer with this id of the bank. */
export async function customerByBankId(
  db: Database<
    'select customer' | 'select customer_rrn' | 'select password_credential' | 'select certificate'
  >,
  bankCustomerId: string,
): Promise<CustomerSummary | undefined> {
  const found = await db
    .selectFrom('customer')
    .leftJoin('customer_rrn', 'customer_rrn.customer_id', 'customer.customer_id')
    .leftJoin('password_credential', 'password_credential.customer_id', 'customer.customer_id')
    .select(['customer.customer_id', 'customer_ref', 'sealed', 'set_at', 'customer.erased_at'])
    .where('bank_customer_id', '=', bankCustomerId)
    .executeTakeFirst();
  if (!found) return undefined;
  const certificates = await db
    .selectFrom('certificate')
    .select(['serial', 'issuer', 'not_after as notAfter'])
    .where('customer_id', '=', found.customer_id)
    .where('on_file', '=', true)
    .execute();
  return {
    customerRef: found.customer_ref,
    number: found.sealed !== null,
    passwordSetAt: found.set_at,
    erasedAt: found.erased_at,
    certificates,
  };
}

/** The bank's own id of a customer, and the pseudonym in events. */
export interface CustomerReference {
  readonly customerId: string;
  readonly customerRef: string;
}

/** A batch of customers who have an id of the bank, in the order of these ids. @param after the last id of the batch before */
export async function customerReferencesAfter(
  db: Database<'select customer'>,
  after: string,
  limit: number,
): Promise<CustomerReference[]> {
  const rows = await db
    .selectFrom('customer')
    .select(['bank_customer_id', 'customer_ref'])
    .where('bank_customer_id', '>', after)
    .orderBy('bank_customer_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ customerId: row.bank_customer_id ?? '', customerRef: row.customer_ref }));
}

/** Erases what the registry holds of a person, but the bank's own id. The caller holds the lock on the person. */
export async function eraseFromRegistry(tx: Tx, customerId: string, at: Date): Promise<void> {
  for (const table of ['password_credential', 'password_history', 'known_device'] as const)
    await tx.deleteFrom(table).where('customer_id', '=', customerId).execute();
  await tx
    .updateTable('customer')
    .set(({ ref }) => ({
      ci: sql<string>`'erased/' || ${ref('customer_ref')}`,
      ...{
        name: '',
        mobile: '',
        carrier: null,
        email: null,
        bank_code: '',
        account_number: '',
        erased_at: at,
      },
    }))
    .where('customer_id', '=', customerId)
    .execute();
  await sql`
    update customer_fact set former_mobile = null, former_email = null
    where customer_ref = (select customer_ref from customer where customer_id = ${customerId})
  `.execute(tx);
}
