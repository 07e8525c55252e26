import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

/** A stored customer key, wrapped under the registry key with this id. */
export interface StoredCustomerKey {
  readonly keyId: string;
  readonly wrapped: Buffer;
}

/** A stored resident registration number: sealed under its customer's key, or under a registry key if it is older. */
export type StoredRrn =
  | { readonly sealedBy: 'CUSTOMER'; readonly sealed: Buffer; readonly key: StoredCustomerKey }
  | { readonly sealedBy: 'REGISTRY'; readonly sealed: Buffer; readonly keyId: string };

/**
 * The sealed number of a customer with the key that opens it. One query reads both, so that they belong together.
 *
 * @returns undefined if none is on file, or it was erased
 */
export async function findCustomerRrn(
  db:
    | Database<'select customer_key' | 'select customer_rrn'>
    | Tx<'select customer_key' | 'select customer_rrn'>,
  customerId: string,
): Promise<StoredRrn | undefined> {
  const row = await db
    .selectFrom('customer_rrn')
    .leftJoin('customer_key', 'customer_key.customer_id', 'customer_rrn.customer_id')
    .select(['sealed', 'sealed_by', 'customer_rrn.key_id as registry_key_id'])
    .select(['customer_key.key_id as wrapped_by', 'wrapped'])
    .where('customer_rrn.customer_id', '=', customerId)
    .executeTakeFirst();
  return row && storedRrn(row);
}

interface RrnColumns {
  sealed: Buffer | null;
  sealed_by: 'REGISTRY' | 'CUSTOMER';
  registry_key_id: string | null;
  wrapped_by: string | null;
  wrapped: Buffer | null;
}

function storedRrn({
  sealed,
  sealed_by,
  registry_key_id,
  wrapped_by,
  wrapped,
}: RrnColumns): StoredRrn | undefined {
  if (!sealed) return undefined;
  if (sealed_by === 'REGISTRY') return { sealedBy: 'REGISTRY', sealed, keyId: registry_key_id ?? '' };
  return wrapped && wrapped_by
    ? { sealedBy: 'CUSTOMER', sealed, key: { keyId: wrapped_by, wrapped } }
    : undefined;
}

/** A new number, sealed under its customer's key, with the keyed digest for finding it. */
export interface NewRrn {
  readonly customerId: string;
  readonly key: StoredCustomerKey;
  readonly sealed: Buffer;
  readonly lookup: string;
}

/** Inserts numbers with the keys that seal them. Customers who have a key already are skipped. */
export async function insertCustomerRrns(
  db: Database | Tx,
  numbers: readonly NewRrn[],
  recordedAt: Date,
): Promise<void> {
  if (numbers.length === 0) return;
  const keyed = await db
    .insertInto('customer_key')
    .values(
      numbers.map(({ customerId, key }) => ({
        ...{ customer_id: customerId, key_id: key.keyId, wrapped: key.wrapped, created_at: recordedAt },
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('customer_id')
    .execute();
  const fresh = new Set(keyed.map(({ customer_id }) => customer_id));
  const rows = numbers.filter(({ customerId }) => fresh.has(customerId));
  if (rows.length === 0) return;
  await db
    .insertInto('customer_rrn')
    .values(
      rows.map(({ customerId, sealed, lookup }) => ({
        ...{
          customer_id: customerId,
          sealed,
          sealed_by: 'CUSTOMER' as const,
          lookup,
          recorded_at: recordedAt,
        },
        key_id: null,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** A customer's stored key, number and lookup digest, for rotation. */
export interface RotatableCustomer {
  readonly customerId: string;
  readonly customerRef: string;
  /** Undefined if the customer has no key yet. */
  readonly key: StoredCustomerKey | undefined;
  readonly rrn: StoredRrn | undefined;
  readonly lookup: string | null;
}

/**
 * The next customers whose key, number or lookup digest is not under this registry key. Erased values do not count.
 *
 * @param after the last customer of the batch before
 */
export async function customersToRotate(
  db: Database | Tx,
  { keyId, after, limit }: { keyId: string; after: string | undefined; limit: number },
): Promise<RotatableCustomer[]> {
  const rows = await notUnder(db, keyId)
    .$if(after !== undefined, (query) => query.where('customer.customer_id', '>', after!))
    .orderBy('customer.customer_id')
    .limit(limit)
    .execute();
  return rows.map(rotatableCustomer);
}

/** Reads these customers again and locks their keys and numbers against erasure and rotation. */
export async function lockCustomersToRotate(
  tx: Tx,
  customerIds: readonly string[],
): Promise<RotatableCustomer[]> {
  for (const table of ['customer_key', 'customer_rrn'] as const)
    await tx
      .selectFrom(table)
      .select('customer_id')
      .where((is) => is('customer_id', '=', is.fn.any(sql<string[]>`${customerIds}::uuid[]`)))
      .orderBy('customer_id')
      .forUpdate()
      .execute();
  const rows = await rotatable(tx)
    .where((is) => is('customer.customer_id', '=', is.fn.any(sql<string[]>`${customerIds}::uuid[]`)))
    .execute();
  return rows.map(rotatableCustomer);
}

/** The total number of customers that {@link customersToRotate} finds. */
export async function countCustomersToRotate(db: Database, keyId: string): Promise<number> {
  const { count } = await notUnder(db, keyId)
    .clearSelect()
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

const notUnder = (db: Database | Tx, keyId: string) =>
  rotatable(db).where(({ or, and, eb }) =>
    or([
      and([eb('customer_key.wrapped', 'is not', null), eb('customer_key.key_id', '!=', keyId)]),
      and([
        eb('customer_rrn.sealed', 'is not', null),
        or([
          eb('customer_rrn.sealed_by', '=', 'REGISTRY'),
          eb('customer_rrn.lookup', 'is', null),
          eb(sql<string>`split_part(customer_rrn.lookup, ':', 1)`, '!=', keyId),
        ]),
      ]),
    ]),
  );

const rotatable = (db: Database | Tx) =>
  db
    .selectFrom('customer')
    .leftJoin('customer_key', 'customer_key.customer_id', 'customer.customer_id')
    .leftJoin('customer_rrn', 'customer_rrn.customer_id', 'customer.customer_id')
    .select(['customer.customer_id', 'customer_ref', 'wrapped', 'customer_key.key_id as wrapped_by'])
    .select(['sealed', 'sealed_by', 'customer_rrn.key_id as registry_key_id', 'lookup']);

type RotatableRow = Awaited<ReturnType<ReturnType<typeof rotatable>['execute']>>[number];

const rotatableCustomer = (row: RotatableRow): RotatableCustomer => ({
  customerId: row.customer_id,
  customerRef: row.customer_ref,
  key: row.wrapped && row.wrapped_by ? { keyId: row.wrapped_by, wrapped: row.wrapped } : undefined,
  rrn: row.sealed_by ? storedRrn({ ...row, sealed_by: row.sealed_by }) : undefined,
  lookup: row.lookup,
});

/** Customers whose lookup digest already belongs to another customer: two people would have one number. */
export async function takenLookups(
  tx: Tx,
  lookups: readonly { readonly customerId: string; readonly lookup: string }[],
): Promise<Set<string>> {
  if (lookups.length === 0) return new Set();
  const rows = await tx
    .selectFrom('customer_rrn')
    .select(['customer_id', 'lookup'])
    .where((is) => is('lookup', '=', is.fn.any(is.val(lookups.map(({ lookup }) => lookup)))))
    .execute();
  const owners = new Map(rows.map(({ customer_id, lookup }) => [lookup, customer_id]));
  const taken = lookups.filter(({ customerId, lookup }) => {
    const owner = owners.get(lookup);
    owners.set(lookup, owner ?? customerId);
    return owner !== undefined && owner !== customerId;
  });
  return new Set(taken.map(({ customerId }) => customerId));
}

/** Updates numbers that are now sealed under their customers' keys. */
export async function updateCustomerRrns(
  tx: Tx,
  numbers: readonly {
    readonly customerId: string;
    readonly sealed: Buffer;
    readonly lookup: string | null;
  }[],
): Promise<void> {
  if (numbers.length === 0) return;
  await sql`
    update customer_rrn set sealed = given.sealed, sealed_by = 'CUSTOMER', key_id = null, lookup = given.lookup
    from unnest(${numbers.map(({ customerId }) => customerId)}::uuid[], ${numbers.map(({ sealed }) => sealed)}::bytea[],
      ${numbers.map(({ lookup }) => lookup)}::text[]) as given (customer_id, sealed, lookup)
    where customer_rrn.customer_id = given.customer_id
  `.execute(tx);
}

/** Erases the number. The row and the time of erasure stay. @returns false if there was no number */
export async function eraseCustomerRrn(tx: Tx, customerId: string, at: Date): Promise<boolean> {
  const result = await tx
    .updateTable('customer_rrn')
    .set({ sealed: null, key_id: null, lookup: null, erased_at: at })
    .where('customer_id', '=', customerId)
    .where('erased_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
