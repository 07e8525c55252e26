import { sql } from 'kysely';
import type { Database, Tx } from './connect.js';

/** Records that are purged by their age, range after range, so that what is left tells what is gone. */
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

/** Records that are gone, whatever the reason: at most 1,000. `at` is their age. */
export async function goneRecords(
  db: Database,
  kind: PurgedByAge,
  { from, before }: AgeRange,
): Promise<{ reissueId: string; sequence: number | null }[]> {
  const { rows } = await sql<{ reissueId: string; sequence: number | null }>`
    SELECT reissue_id AS "reissueId", sequence::float8 AS sequence FROM ${views[kind]} AS one
    WHERE gone AND at >= ${from} AND at < ${before} ORDER BY at, record LIMIT 1000`.execute(db);
  return rows;
}

/**
 * The next range to purge: after what was purged before, and not younger than `until`. Whoever asks holds it until the
 * end of the transaction.
 *
 * @param records about how many it may have
 */
export async function nextRange(
  tx: Tx,
  kind: PurgedByAge,
  until: Date,
  records: number,
): Promise<AgeRange | undefined> {
  await sql`INSERT INTO retention_mark VALUES (${kind}, to_timestamp(0)) ON CONFLICT DO NOTHING`.execute(tx);
  const { purged_before: from } = await tx
    .selectFrom('retention_mark')
    .select('purged_before')
    .where('record_class', '=', kind)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (from >= until) return undefined;
  const { rows } = await sql<{ at: Date }>`
    SELECT at FROM ${views[kind]} AS one WHERE at >= ${from} AND at < ${until}
    ORDER BY at OFFSET ${records - 1} LIMIT 1`.execute(tx);
  // All of one moment go together.
  const before = rows[0] ? new Date(rows[0].at.getTime() + 1) : until;
  return { from, before: before < until ? before : until };
}

/** Purges what is in the range, and remembers it. @returns what was there */
export async function purgeRange(tx: Tx, kind: PurgedByAge, range: AgeRange): Promise<PurgedRecord[]> {
  const { from, before } = range;
  const { rows } = await (
    kind === 'histories'
      ? sql<PurgedRecord>`
        UPDATE reissue_archive SET history = NULL
        WHERE history IS NOT NULL AND archived_at >= ${from} AND archived_at < ${before}
        RETURNING reissue_id AS record, history_digest AS digest`
      : sql<PurgedRecord>`
        DELETE FROM audit_personal AS told USING audit_entry AS entry
        WHERE told.reissue_id = entry.reissue_id AND told.sequence = entry.sequence
          AND occurred_at >= ${from} AND occurred_at < ${before}
        RETURNING told.reissue_id || '/' || told.sequence AS record, personal_digest AS digest`
  ).execute(tx);
  await tx
    .updateTable('retention_mark')
    .set({ purged_before: before })
    .where('record_class', '=', kind)
    .execute();
  return rows.toSorted((one, other) => (one.record < other.record ? -1 : 1));
}

/** Forgets devices that were not seen for long. @returns how many */
export async function purgeDevices(tx: Tx, seenBefore: Date, limit: number): Promise<number> {
  const result = await sql`
    DELETE FROM known_device WHERE ctid IN (
      SELECT ctid FROM known_device WHERE last_seen_at < ${seenBefore} LIMIT ${limit} FOR UPDATE SKIP LOCKED)
  `.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** A purge as the audit trail tells it. */
export interface ToldPurge extends AgeRange {
  readonly position: number;
  readonly kind: PurgedByAge;
  readonly records: number;
  readonly digest: string;
}

/** Every purge by age that is on record, the oldest first. */
export async function toldPurges(db: Database): Promise<ToldPurge[]> {
  const { rows } = await sql<ToldPurge>`
    SELECT position::float8 AS position, details ->> 'recordClass' AS kind, (details ->> 'from')::timestamptz AS "from",
      (details ->> 'before')::timestamptz AS before, (details ->> 'records')::int AS records,
      details ->> 'digest' AS digest
    FROM authority_entry
    WHERE action = 'purge' AND outcome = 'DONE' AND details ->> 'recordClass' = ANY(${[...purgedByAge]})
    ORDER BY position`.execute(db);
  return rows;
}
