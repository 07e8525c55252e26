import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

/** A customer's key as it is kept: wrapped under the registry's key of this id. */
export interface StoredCustomerKey {
  readonly keyId: string;
  readonly wrapped: Buffer;
}

/** A resident registration number as it is kept: sealed under its customer's key, or, from before, the registry's. */
export type StoredRrn =
  | { readonly sealedBy: 'CUSTOMER'; readonly sealed: Buffer; readonly key: StoredCustomerKey }
  | { readonly sealedBy: 'REGISTRY'; readonly sealed: Buffer; readonly keyId: string };

/**
 * The sealed number of a customer with what opens it, in one reading, so that it fits whatever is written meanwhile.
 *
 * @returns undefined if none is on file, or it was erased
 */
export async function findCustomerRrn(db: Database | Tx, customerId: string): Promise<StoredRrn | undefined> {
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

/** A number to be put on file: under its customer's key, with the keyed digest under which it is found. */
export interface NewRrn {
  readonly customerId: string;
  readonly key: StoredCustomerKey;
  readonly sealed: Buffer;
  readonly lookup: string;
}

/** Puts numbers on file with the keys that seal them; customers who have a key already stay as they are. */
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

/** What rotation finds of a customer. */
export interface RotatableCustomer {
  readonly customerId: string;
  readonly customerRef: string;
  /** Undefined where there is none yet. */
  readonly key: StoredCustomerKey | undefined;
  readonly rrn: StoredRrn | undefined;
  readonly lookup: string | null;
}

/**
 * The next customers of whom something is not kept under this key of the registry: their key, their number, or the
 * digest under which it is found. What was erased is not kept.
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

/** The same customers, with what is kept of them locked: whoever erases or rotates waits. */
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

/** How many customers {@link customersToRotate} would find in all. */
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

/** Of these digests, those that belong to somebody else already: the number would be two people's. */
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

/** Writes numbers that are sealed under their customers' keys. */
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

/** Erases the number; that there was one, and when it was erased, stays. */
export async function eraseCustomerRrn(tx: Tx, customerId: string, at: Date): Promise<boolean> {
  const result = await tx
    .updateTable('customer_rrn')
    .set({ sealed: null, key_id: null, lookup: null, erased_at: at })
    .where('customer_id', '=', customerId)
    .where('erased_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
