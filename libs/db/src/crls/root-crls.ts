import type { Database } from '../database.js';
import type { Row } from '../rows.js';

export type RootCrlRow = Row<'root_crl'>;

/** The database has another CRL of the root with the same number. */
class RootCrlConflict extends Error {
  override readonly name = 'RootCrlConflict';
}

/**
 * Stores a CRL of a root for the status app. If it is stored already, nothing changes.
 *
 * @throws {RootCrlConflict} if another CRL has its number
 */
export async function storeRootCrl(
  db: Database<'select root_crl' | 'insert root_crl'>,
  crl: RootCrlRow,
): Promise<void> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('root_crl')
    .values(crl)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 1n) return;
  const { der } = await db
    .selectFrom('root_crl')
    .select('der')
    .where('root_key_id', '=', crl.root_key_id)
    .where('number', '=', crl.number)
    .executeTakeFirstOrThrow();
  if (!der.equals(crl.der))
    throw new RootCrlConflict(
      `the database has another CRL of the root with the number ${crl.number}: run init where the root is`,
    );
}

/** The newest CRL of a root. @param rootKeyId its subject key identifier, hexadecimal */
export async function latestRootCrl(
  db: Database<'select root_crl'>,
  rootKeyId: string,
): Promise<RootCrlRow | undefined> {
  return db
    .selectFrom('root_crl')
    .selectAll()
    .where('root_key_id', '=', rootKeyId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
}
