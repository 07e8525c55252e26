import { externalProfile } from '#libs/domain';
import { sql } from 'kysely';
import type { Database, RoleTx, Tx } from '../database.js';
import type { NewCertificate, NewRow } from '../rows.js';
import type { NewRrn, StoredCustomerKey } from './customer-rrns.js';

/** What is on file about a customer whom an import names. */
export interface CustomerOnFile {
  readonly customerId: string;
  readonly bankCustomerId: string | null;
  readonly ci: string;
  readonly name: string;
  readonly mobile: string;
  readonly carrier: string | null;
  readonly email: string | null;
  readonly bankCode: string;
  readonly accountNumber: string;
  readonly expiryNotices: boolean;
  readonly erasedAt: Date | null;
  /** The key's registry key; null: no key, or a destroyed one. */
  readonly keyId: string | null;
  readonly wrapped: Buffer | null;
  readonly keyDestroyed: boolean;
  readonly lookup: string | null;
  readonly passwordSetAt: Date | null;
}

/**
 * The customers with these ids of the bank, or without one and with these CIs. They are locked until the transaction ends,
 * in one order, unless nothing is to be written.
 */
export async function customersToImport(
  tx: RoleTx<'customers'>,
  {
    ids,
    cis,
    lock,
  }: { readonly ids: readonly string[]; readonly cis: readonly string[]; readonly lock: boolean },
): Promise<CustomerOnFile[]> {
  const { rows } = await sql<CustomerOnFile>`
    with named as (
      select customer_id from customer where bank_customer_id = any(${ids}::text[])
      union select customer_id from customer where ci = any(${cis}::text[])
    )
    select customer.customer_id as "customerId", bank_customer_id as "bankCustomerId", ci, name, mobile, carrier, email,
      bank_code as "bankCode", account_number as "accountNumber", expiry_notices as "expiryNotices", customer.erased_at as "erasedAt",
      case when wrapped is not null then customer_key.key_id end as "keyId", wrapped,
      coalesce(destroyed_at is not null, false) as "keyDestroyed", lookup, set_at as "passwordSetAt"
    from named join customer using (customer_id)
    left join customer_key on customer_key.customer_id = customer.customer_id
    left join customer_rrn on customer_rrn.customer_id = customer.customer_id
    left join password_credential on password_credential.customer_id = customer.customer_id
    order by customer.customer_id ${lock ? sql`for no key update of customer` : sql``}
  `.execute(tx);
  return rows;
}

/** Who has these numbers on file, by lookup digest. */
export async function ownersOfLookups(
  tx: Tx<'select customer_rrn'>,
  lookups: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx
    .selectFrom('customer_rrn')
    .select(['customer_id', 'lookup'])
    .where((is) => is('lookup', '=', is.fn.any(sql<string[]>`${lookups}::text[]`)))
    .execute();
  return new Map(rows.map(({ customer_id, lookup }) => [lookup!, customer_id]));
}

/** A certificate as far as an import compares it. */
export interface KnownCertificate {
  readonly serial: string;
  readonly customerId: string;
  readonly spkiSha256: string;
  readonly policy: string;
  readonly onFile: boolean;
  /** Whether another CA issued it. */
  readonly external: boolean;
  readonly notBefore: Date;
  readonly der: Buffer | null;
}

/** The certificates with these serials or keys, and those on file of these customers. */
export async function certificatesToImport(
  tx: RoleTx<'customers'>,
  given: {
    readonly serials: readonly string[];
    readonly keys: readonly string[];
    readonly customerIds: readonly string[];
  },
): Promise<KnownCertificate[]> {
  const { rows } = await sql<KnownCertificate>`
    select serial, customer_id as "customerId", spki_sha256 as "spkiSha256", policy, on_file as "onFile",
      profile = ${externalProfile} as external, not_before as "notBefore", der
    from certificate where serial in (
      select serial from certificate where serial = any(${given.serials}::text[])
      union select serial from certificate where spki_sha256 = any(${given.keys}::text[]) and state <> 'ABANDONED'
      union select serial from certificate where customer_id = any(${given.customerIds}::uuid[]) and on_file
    )
  `.execute(tx);
  return rows;
}

/** The columns of a customer that the bank's files hold. */
type ImportedCustomer = Required<
  Pick<
    NewRow<'customer'>,
    | 'customer_id'
    | 'bank_customer_id'
    | 'ci'
    | 'name'
    | 'mobile'
    | 'carrier'
    | 'email'
    | 'bank_code'
    | 'account_number'
    | 'expiry_notices'
  >
>;

interface ImportedVerifier {
  readonly customerId: string;
  /** PHC string. */
  readonly verifier: string;
  readonly setAt: Date;
}

/** What an import writes for the customers of one batch. */
export interface CustomerWrites {
  readonly added: readonly (ImportedCustomer & { readonly customer_ref: string })[];
  readonly changed: readonly ImportedCustomer[];
  /** Keys of customers who have none. */
  readonly keys: readonly (StoredCustomerKey & { readonly customerId: string })[];
  readonly numbers: readonly Omit<NewRrn, 'key'>[];
  readonly verifiers: readonly ImportedVerifier[];
  readonly certificates: readonly NewCertificate[];
}

/** Writes one batch. The customers on file are locked. */
export async function writeImportedCustomers(
  tx: RoleTx<'customers'>,
  { added, changed, keys, numbers, verifiers, certificates }: CustomerWrites,
  at: Date,
): Promise<void> {
  if (added.length > 0)
    await sql`
      insert into customer (customer_id, customer_ref, bank_customer_id, ci, name, mobile, carrier, email, bank_code,
        account_number, expiry_notices, created_at)
      select customer_id, customer_ref, bank_customer_id, ci, name, mobile, carrier, email, bank_code, account_number,
        expiry_notices, ${at}
      from jsonb_populate_recordset(null::customer, ${JSON.stringify(added)}::jsonb)`.execute(tx);
  if (changed.length > 0)
    await sql`
      update customer set bank_customer_id = given.bank_customer_id, name = given.name, mobile = given.mobile,
        carrier = given.carrier, email = given.email, bank_code = given.bank_code, account_number = given.account_number,
        expiry_notices = given.expiry_notices
      from jsonb_populate_recordset(null::customer, ${JSON.stringify(changed)}::jsonb) as given
      where customer.customer_id = given.customer_id`.execute(tx);
  if (keys.length > 0)
    await sql`
      insert into customer_key (customer_id, key_id, wrapped, created_at)
      select *, ${at}::timestamptz from unnest(${keys.map(({ customerId }) => customerId)}::uuid[],
        ${keys.map(({ keyId }) => keyId)}::text[], ${keys.map(({ wrapped }) => wrapped)}::bytea[])`.execute(
      tx,
    );
  if (numbers.length > 0)
    await sql`
      insert into customer_rrn (customer_id, sealed, lookup, sealed_by, recorded_at)
      select *, 'CUSTOMER', ${at}::timestamptz from unnest(${numbers.map(({ customerId }) => customerId)}::uuid[],
        ${numbers.map(({ sealed }) => sealed)}::bytea[], ${numbers.map(({ lookup }) => lookup)}::text[])
      on conflict (customer_id) do update
        set sealed = excluded.sealed, lookup = excluded.lookup, sealed_by = 'CUSTOMER', key_id = null
        where customer_rrn.erased_at is null`.execute(tx);
  if (verifiers.length > 0) await writeVerifiers(tx, verifiers);
  if (certificates.length > 0) await writeCertificates(tx, certificates);
}

/** Sets verifiers. One that was in force before is kept, so that a reset does not bring it back. */
async function writeVerifiers(
  tx: RoleTx<'customers'>,
  verifiers: readonly ImportedVerifier[],
): Promise<void> {
  const ids = verifiers.map(({ customerId }) => customerId);
  await sql`
    insert into password_history (customer_id, verifier, set_at)
    select customer_id, verifier, set_at from password_credential where customer_id = any(${ids}::uuid[])
    on conflict do nothing`.execute(tx);
  await sql`
    insert into password_credential (customer_id, verifier, set_at)
    select * from unnest(${ids}::uuid[], ${verifiers.map(({ verifier }) => verifier)}::text[],
      ${verifiers.map(({ setAt }) => setAt)}::timestamptz[])
    on conflict (customer_id) do update
      set verifier = excluded.verifier, set_at = excluded.set_at, wrong_tries = 0`.execute(tx);
}

/** Puts certificates of other CAs on file, in place of the one on file before. */
async function writeCertificates(
  tx: RoleTx<'customers'>,
  certificates: readonly NewCertificate[],
): Promise<void> {
  await sql`
    update certificate set on_file = false
    from unnest(${certificates.map(({ customer_id }) => customer_id)}::uuid[],
      ${certificates.map(({ policy }) => policy)}::text[]) as given (customer_id, policy)
    where certificate.customer_id = given.customer_id and certificate.policy = given.policy and on_file`.execute(
    tx,
  );
  await tx.insertInto('certificate').values(certificates).execute();
}

/** Remembers the issuing CAs of other operators. */
export async function insertExternalIssuers(
  tx: Tx<'insert external_issuer'>,
  issuers: readonly { readonly subject: string; readonly certificate: Buffer }[],
  at: Date,
): Promise<void> {
  if (issuers.length === 0) return;
  await tx
    .insertInto('external_issuer')
    .values(issuers.map((issuer) => ({ ...issuer, added_at: at })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The certificates of the issuing CAs of other operators that earlier imports named. */
export async function externalIssuers(
  db: Database<'select external_issuer'> | Tx<'select external_issuer'>,
): Promise<Buffer[]> {
  const rows = await db.selectFrom('external_issuer').select('certificate').orderBy('subject').execute();
  return rows.map(({ certificate }) => certificate);
}
