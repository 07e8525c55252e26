import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

/** Deletes photos that a reissue left behind which is over; usually they go with its end. @returns how many */
export async function purgeLeftPhotos(tx: Tx, limit: number): Promise<number> {
  const result = await sql`
    DELETE FROM identity_photo WHERE photo_id IN (
      SELECT photo_id FROM identity_photo JOIN reissue USING (reissue_id)
      WHERE ended_at IS NOT NULL LIMIT ${limit})
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

/** Deletes records of who opened resident registration numbers. @returns how many */
export async function purgeNumberAccesses(tx: Tx, before: Date, limit: number): Promise<number> {
  const result = await sql`
    DELETE FROM rrn_access WHERE position IN (
      SELECT position FROM rrn_access WHERE occurred_at < ${before} ORDER BY occurred_at LIMIT ${limit})
  `.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** Forgets devices that were not seen for long. @returns how many */
export async function purgeDevices(tx: Tx, seenBefore: Date, limit: number): Promise<number> {
  const result = await sql`
    DELETE FROM known_device WHERE ctid IN (
      SELECT ctid FROM known_device WHERE last_seen_at < ${seenBefore} LIMIT ${limit} FOR UPDATE SKIP LOCKED)
  `.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}
