import { sql } from 'kysely';
import type { Database } from '../database.js';
import type { NewRow } from '../rows.js';

/** Records and commits that numbers are about to be opened, with actor, time and purpose. */
export async function insertRrnAccesses(
  db: Database<'insert rrn_access'>,
  accesses: readonly NewRow<'rrn_access'>[],
): Promise<void> {
  requireNoTransaction(db);
  if (accesses.length > 0) await db.insertInto('rrn_access').values(accesses).execute();
}

/**
 * Records and commits that a number is about to be opened for the VID of a reissue's certificate, unless the reissue does
 * not need it now.
 *
 * @returns the customer whose number it is; undefined if nothing was recorded
 */
export async function insertRrnAccessForVid(
  db: Database<'insert rrn_access' | 'select reissue'>,
  reissueId: string,
  { actor, purpose, at }: { readonly actor: string; readonly purpose: string; readonly at: Date },
): Promise<string | undefined> {
  requireNoTransaction(db);
  const found = await db
    .with('needing', (query) =>
      query
        .selectFrom('reissue')
        .select(['reissue_id', 'customer_id', 'customer_ref'])
        .where('reissue_id', '=', reissueId)
        .where('customer_id', 'is not', null)
        .where((is) =>
          is.or([
            is('state', '=', 'KEY_REQUIRED'),
            is.and([is('state', '=', 'ISSUING'), is('virtual_id', 'is', null)]),
          ]),
        ),
    )
    .with('recorded', (query) =>
      query
        .insertInto('rrn_access')
        .columns(['reissue_id', 'customer_ref', 'actor', 'purpose', 'occurred_at'])
        .expression(
          query
            .selectFrom('needing')
            .select(['reissue_id', 'customer_ref'])
            .select([
              sql<string>`${actor}::text`.as('actor'),
              sql<string>`${purpose}::text`.as('purpose'),
              sql<Date>`${at}::timestamptz`.as('at'),
            ]),
        ),
    )
    .selectFrom('needing')
    .select('customer_id')
    .executeTakeFirst();
  return found?.customer_id ?? undefined;
}

function requireNoTransaction(db: { readonly isTransaction: boolean }): void {
  if (db.isTransaction) throw new Error('access to a number must be committed before the number is opened');
}
