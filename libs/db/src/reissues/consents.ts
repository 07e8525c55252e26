import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { NewRow, Row } from '../rows.js';
import { insertRows, type Write } from '../writes.js';

/** Inserts at least one consent. */
export const insertConsents = (tx: Tx<'insert consent'>, rows: readonly NewRow<'consent'>[]) =>
  insertRows(tx, 'consent', rows);

/** The consents of a reissue in the order in which they were recorded. */
export async function consentRecordsOf(
  db: Database<'select consent'> | Tx<'select consent'>,
  reissueId: string,
) {
  return db
    .selectFrom('consent')
    .select(['terms_id', 'version', 'digest', 'locale', 'agreed', 'act', 'recorded_at'])
    .where('reissue_id', '=', reissueId)
    .orderBy('recorded_at')
    .orderBy('terms_id')
    .execute();
}

/** Stores a receipt. The receipt of an earlier run of the step stays unchanged. */
export const insertConsentReceipt = (
  tx: Tx<'insert consent_receipt'>,
  receipt: NewRow<'consent_receipt'>,
): Write =>
  tx
    .insertInto('consent_receipt')
    .values(receipt)
    .onConflict((conflict) => conflict.doNothing());

/** The receipts of a reissue as compact JWS, oldest first. */
export async function consentReceiptsOf(
  db: Database<'select consent_receipt'> | Tx<'select consent_receipt'>,
  reissueId: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('consent_receipt')
    .select('jws')
    .where('reissue_id', '=', reissueId)
    .orderBy('issued_at')
    .orderBy('receipt_id')
    .execute();
  return rows.map(({ jws }) => jws);
}

/** The latest consent to one version of a terms document. */
export type GivenConsent = Row<'consent'>;

/** The latest consent to each version of each terms document. */
export async function consentsOf(
  db: Database<'select consent'> | Tx<'select consent'>,
  reissueId: string,
): Promise<GivenConsent[]> {
  return latestConsents(db, reissueId).execute();
}

const latestConsents = (db: Database<'select consent'> | Tx<'select consent'>, reissueId: string) =>
  db
    .selectFrom('consent')
    .distinctOn(['terms_id', 'version'])
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .orderBy('terms_id')
    .orderBy('version')
    .orderBy('recorded_at', 'desc');

/** The consents of a reissue whose certificate is requested, and whether its customer is blocked by now. */
export async function consentsAndBlockOf(
  tx: Tx<'select consent' | 'select reissue' | 'select reissue_block'>,
  reissueId: string,
): Promise<{ readonly consents: readonly GivenConsent[]; readonly blocked: boolean }> {
  const rows = await latestConsents(tx, reissueId)
    .select(
      sql<boolean>`exists (
        select from reissue join reissue_block using (customer_ref)
        where reissue.reissue_id = ${reissueId} and lifted_at is null
      )`.as('blocked'),
    )
    .execute();
  return { consents: rows, blocked: rows.some(({ blocked }) => blocked) };
}
