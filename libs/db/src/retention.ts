import { sql } from 'kysely';
import type { Database, Tx } from './connect.js';

/** Deletes photos of documents that were kept for as long as they had to be. @returns their ids */
export async function purgeExpiredPhotos(tx: Tx, now: Date, limit: number): Promise<string[]> {
  const rows = await tx
    .deleteFrom('identity_photo')
    .where('photo_id', 'in', (query) =>
      query
        .selectFrom('identity_photo')
        .select('photo_id')
        .where('retain_until', '<=', now)
        .orderBy('retain_until')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returning('photo_id')
    .execute();
  return rows.map(({ photo_id }) => photo_id);
}

/** Deletes photos that a reissue left behind which is over; usually they go with its end. @returns how many */
export async function purgeLeftPhotos(tx: Tx, limit: number): Promise<number> {
  const result = await sql`
    DELETE FROM identity_photo WHERE photo_id IN (
      SELECT photo_id FROM identity_photo JOIN reissue USING (reissue_id)
      WHERE sealed_by = 'VAULT' AND ended_at IS NOT NULL LIMIT ${limit})
  `.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** Deletes counts of days that are over. @param before `YYYY-MM-DD` @returns how many */
export async function purgeIdentityDays(db: Database, before: string, limit: number): Promise<number> {
  const result = await sql`
    DELETE FROM identity_day WHERE ctid IN (SELECT ctid FROM identity_day WHERE day < ${before} LIMIT ${limit})
  `.execute(db);
  return Number(result.numAffectedRows ?? 0);
}
