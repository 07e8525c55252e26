import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { PurgedRecord } from './retention-ranges.js';

/** The retention classes of ended reissues: with and without an issued certificate. */
export const reissueRecordClasses = ['issuanceEvidence', 'unissuedApplications'] as const;
export type ReissueRecordClass = (typeof reissueRecordClasses)[number];

/** The end of validity of a reissue's certificate; NULL if none was issued. */
const certificateEnd = sql<Date | null>`(
  SELECT max(least(not_after, revoked_at)) FROM certificate
  WHERE certificate.reissue_id = reissue.reissue_id AND state = 'STORED')`;

/** Whether the retention period is over: it begins with the end of the certificate, or of a reissue without one. */
const isOver = {
  issuanceEvidence: (before: Date) => sql<boolean>`ended_at < ${before} AND ${certificateEnd} < ${before}`,
  unissuedApplications: (before: Date) => sql<boolean>`ended_at < ${before} AND ${certificateEnd} IS NULL`,
};

/** Ended reissues whose retention period is over, oldest first; locked until the transaction ends. */
export async function reissuesToPurge(
  tx: Tx<'select certificate' | 'select reissue' | 'update reissue'>,
  recordClass: ReissueRecordClass,
  before: Date,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ reissueId: string }>`
    SELECT reissue_id AS "reissueId" FROM reissue
    WHERE ended_at IS NOT NULL AND purged_at IS NULL AND ${isOver[recordClass](before)}
    ORDER BY ended_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`.execute(tx);
  return rows.map(({ reissueId }) => reissueId);
}

/** Personal parts of entries, and archived histories, of these reissues, also purged ones, ordered by name. */
export async function recordsOfReissues(
  db:
    | Database<'select audit_entry' | 'select reissue_archive'>
    | Tx<'select audit_entry' | 'select reissue_archive'>,
  reissueIds: readonly string[],
): Promise<PurgedRecord[]> {
  const { rows } = await sql<PurgedRecord>`
    SELECT record, digest FROM (
      SELECT reissue_id || '/' || sequence AS record, personal_digest AS digest FROM audit_entry
      WHERE reissue_id = ANY(${reissueIds}) AND personal_digest IS NOT NULL
      UNION ALL SELECT reissue_id, history_digest FROM reissue_archive WHERE reissue_id = ANY(${reissueIds})
    ) AS one ORDER BY record COLLATE "C"`.execute(db);
  return rows;
}

/** Deletes the data that identify the applicants of these reissues. Entries, consents and certificates stay. */
export async function purgeReissues(
  tx: Tx<
    | 'select audit_personal'
    | 'select consent'
    | 'select reissue'
    | 'select reissue_archive'
    | 'update consent'
    | 'update reissue'
    | 'update reissue_archive'
    | 'delete audit_personal'
  >,
  reissueIds: readonly string[],
  at: Date,
): Promise<void> {
  await sql`DELETE FROM audit_personal WHERE reissue_id = ANY(${reissueIds})`.execute(tx);
  await sql`UPDATE reissue_archive SET history = NULL WHERE reissue_id = ANY(${reissueIds})`.execute(tx);
  await sql`UPDATE consent SET address = '', agent = '' WHERE reissue_id = ANY(${reissueIds})`.execute(tx);
  await sql`
    UPDATE reissue SET applicant_name = '', applicant_mobile = NULL, applicant_carrier = NULL, device = NULL,
      person_key = encode(sha256(convert_to('purged/' || reissue_id, 'UTF8')), 'hex'), purged_at = ${at}
    WHERE reissue_id = ANY(${reissueIds})`.execute(tx);
}

/** A purge of reissues, from its audit entry. */
export interface RecordedPurge {
  readonly position: number;
  readonly reissueIds: readonly string[];
  readonly records: number;
  readonly digest: string;
  /** Purged reissues whose retention period was not over. */
  readonly early: readonly string[];
}

/** All recorded purges of reissues, oldest first. */
export async function* recordedPurges(db: Database): AsyncGenerator<RecordedPurge> {
  for (let after = 0; ;) {
    const { rows } = await sql<RecordedPurge>`
      SELECT position::float8 AS position, named.ids AS "reissueIds", (details ->> 'records')::int AS records,
        details ->> 'digest' AS digest, ARRAY(
          SELECT reissue_id FROM reissue WHERE reissue_id = ANY(named.ids)
            AND coalesce(${certificateEnd}, ended_at, 'infinity')
              > occurred_at - make_interval(years => (details ->> 'years')::int)) AS early
      FROM authority_entry, LATERAL (
        SELECT ARRAY(SELECT jsonb_array_elements_text(details -> 'reissueIds')) AS ids) AS named
      WHERE action = 'purge' AND outcome = 'DONE' AND details ? 'reissueIds' AND position > ${after}
      ORDER BY position LIMIT 20`.execute(db);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.position;
  }
}
