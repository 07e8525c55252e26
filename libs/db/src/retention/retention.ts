import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

/** Deletes photos of ended reissues; usually the end of a reissue deletes them. @returns the number deleted */
export async function purgeLeftPhotos(
  tx: Tx<'select identity_photo' | 'select reissue' | 'delete identity_photo'>,
  limit: number,
): Promise<number> {
  const result = await sql`
    DELETE FROM identity_photo WHERE photo_id IN (
      SELECT photo_id FROM identity_photo JOIN reissue USING (reissue_id)
      WHERE ended_at IS NOT NULL LIMIT ${limit})
  `.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** Deletes the counters of past days. @param before `YYYY-MM-DD` @returns the number deleted */
export async function purgeIdentityDays(
  db: Database<'select identity_day' | 'delete identity_day'>,
  before: string,
  limit: number,
): Promise<number> {
  const result = await sql`
    DELETE FROM identity_day WHERE ctid IN (SELECT ctid FROM identity_day WHERE day < ${before} LIMIT ${limit})
  `.execute(db);
  return Number(result.numAffectedRows ?? 0);
}

/** Deletes records of access to resident registration numbers. @returns the number deleted */
export async function purgeNumberAccesses(
  tx: Tx<'select rrn_access' | 'delete rrn_access'>,
  before: Date,
  limit: number,
): Promise<number> {
  const result = await sql`
    DELETE FROM rrn_access WHERE position IN (
      SELECT position FROM rrn_access WHERE occurred_at < ${before} ORDER BY occurred_at LIMIT ${limit})
  `.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** Deletes known devices that were last used before a time. @returns the number deleted */
export async function purgeDevices(
  tx: Tx<'select known_device' | 'update known_device' | 'delete known_device'>,
  seenBefore: Date,
  limit: number,
): Promise<number> {
  const result = await sql`
    DELETE FROM known_device WHERE ctid IN (
      SELECT ctid FROM known_device WHERE last_seen_at < ${seenBefore} LIMIT ${limit} FOR UPDATE SKIP LOCKED)
  `.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}
