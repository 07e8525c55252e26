import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

/**
 * Record classes that earlier versions purged by age. Today whole reissues are purged, but the recorded purges by age are
 * still verified.
 */
export const purgedByAge = ['personalDetails', 'histories'] as const;
export type PurgedByAge = (typeof purgedByAge)[number];

/** A period; `from` is inclusive, `before` exclusive. */
export interface AgeRange {
  readonly from: Date;
  readonly before: Date;
}

/** A record that was or will be purged, and its digest, which stays. */
export interface PurgedRecord {
  readonly record: string;
  readonly digest: string;
}

/** Subqueries with the time, name and digest of each record of a class, and whether it is purged. */
const views = {
  personalDetails: sql`(
    SELECT entry.occurred_at AS at, reissue_id || '/' || sequence AS record, personal_digest AS digest,
      personal_part.salt IS NULL AS gone, reissue_id, sequence::bigint AS sequence
    FROM audit_entry AS entry LEFT JOIN audit_personal AS personal_part USING (reissue_id, sequence)
    WHERE personal_digest IS NOT NULL)`,
  histories: sql`(
    SELECT archived_at AS at, reissue_id AS record, history_digest AS digest, history IS NULL AS gone, reissue_id,
      NULL::bigint AS sequence
    FROM reissue_archive)`,
};

/** The records of a period, also purged ones, ordered by name. */
export async function recordsOfAge(
  db: Database | Tx,
  kind: PurgedByAge,
  { from, before }: AgeRange,
): Promise<PurgedRecord[]> {
  const { rows } = await sql<PurgedRecord>`
    SELECT record, digest FROM ${views[kind]} AS one WHERE at >= ${from} AND at < ${before}
    ORDER BY record COLLATE "C"`.execute(db);
  return rows;
}

/** Purged records whose reissue no recorded purge names. At most 1,000. */
export async function missingRecords(
  db: Database,
  kind: PurgedByAge,
  { from, before }: AgeRange,
): Promise<{ reissueId: string; sequence: number | null }[]> {
  const { rows } = await sql<{ reissueId: string; sequence: number | null }>`
    SELECT reissue_id AS "reissueId", sequence::float8 AS sequence FROM ${views[kind]} AS one
    WHERE gone AND at >= ${from} AND at < ${before} AND NOT EXISTS (
      SELECT FROM authority_entry WHERE action = 'purge' AND details -> 'reissueIds' ? one.reissue_id)
    ORDER BY at, record LIMIT 1000`.execute(db);
  return rows;
}

/** A purge by age, from its audit entry. */
export interface RecordedAgePurge extends AgeRange {
  readonly position: number;
  readonly kind: PurgedByAge;
  readonly records: number;
  readonly digest: string;
}

/** All recorded purges by age, oldest first. */
export async function recordedAgePurges(db: Database): Promise<RecordedAgePurge[]> {
  const { rows } = await sql<RecordedAgePurge>`
    SELECT position::float8 AS position, details ->> 'recordClass' AS kind, (details ->> 'from')::timestamptz AS "from",
      (details ->> 'before')::timestamptz AS before, (details ->> 'records')::int AS records,
      details ->> 'digest' AS digest
    FROM authority_entry
    WHERE action = 'purge' AND outcome = 'DONE' AND details ->> 'recordClass' = ANY(${[...purgedByAge]})
    ORDER BY position`.execute(db);
  return rows;
}
