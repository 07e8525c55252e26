import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

/**
 * Records that were purged by their age, range after range, before they went reissue by reissue. Such purges are on
 * record, and verified as before.
 */
export const purgedByAge = ['personalDetails', 'histories'] as const;
export type PurgedByAge = (typeof purgedByAge)[number];

/** From a moment on, up to another one. */
export interface AgeRange {
  readonly from: Date;
  readonly before: Date;
}

/** A record that was there, and its digest, which stays. */
export interface PurgedRecord {
  readonly record: string;
  readonly digest: string;
}

/** What a record is in the tables: of each, its age, its name, its digest, and whether it is still there. */
const views = {
  personalDetails: sql`(
    SELECT entry.occurred_at AS at, reissue_id || '/' || sequence AS record, personal_digest AS digest,
      told.salt IS NULL AS gone, reissue_id, sequence::bigint AS sequence
    FROM audit_entry AS entry LEFT JOIN audit_personal AS told USING (reissue_id, sequence)
    WHERE personal_digest IS NOT NULL)`,
  histories: sql`(
    SELECT archived_at AS at, reissue_id AS record, history_digest AS digest, history IS NULL AS gone, reissue_id,
      NULL::bigint AS sequence
    FROM reissue_archive)`,
};

/** Everything of an age, purged or not, ordered by name. */
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

/** Records that are gone without a purge that names their reissue: at most 1,000. */
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

/** A purge as the audit trail tells it. */
export interface RecordedAgePurge extends AgeRange {
  readonly position: number;
  readonly kind: PurgedByAge;
  readonly records: number;
  readonly digest: string;
}

/** Every purge by age that is on record, the oldest first. */
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
