import type { Database } from '../database.js';
import type { NewRow } from '../rows.js';

/** Stores a bundle until it is fetched. A bundle of the same request stays unchanged. */
export async function insertEvidenceBundle(
  db: Database<'insert evidence_bundle'>,
  bundle: NewRow<'evidence_bundle'>,
): Promise<void> {
  await db
    .insertInto('evidence_bundle')
    .values(bundle)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Whether the reissue exists. */
export async function reissueExists(db: Database<'select reissue'>, reissueId: string): Promise<boolean> {
  const row = await db
    .selectFrom('reissue')
    .select('reissue_id')
    .where('reissue_id', '=', reissueId)
    .executeTakeFirst();
  return row !== undefined;
}

/** A stored bundle: gzip of JSON. */
export async function findEvidenceBundle(
  db: Database<'select evidence_bundle'>,
  exportId: string,
): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('evidence_bundle')
    .select('bundle')
    .where('export_id', '=', exportId)
    .executeTakeFirst();
  return row?.bundle;
}

/** Deletes bundles made before a time; each can be made again. @returns the number deleted */
export async function deleteEvidenceBundles(
  db: Database<'select evidence_bundle' | 'delete evidence_bundle'>,
  before: Date,
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('evidence_bundle')
    .where('made_at', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
