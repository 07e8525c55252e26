import { sql } from 'kysely';
import type { AuditRow } from './audit-log.js';
import type { Database } from '../database.js';

interface LeafRow {
  readonly leaf_index: number;
  readonly stream: string;
  readonly sequence: number;
  readonly leaf_hash: Buffer;
  /** Null if the entry was removed. */
  readonly entry: AuditRow | null;
  /** Null if the entry has no personal part, or it was erased. */
  readonly personal: { readonly salt: string; readonly content: string } | null;
}

type FlatRow = Omit<LeafRow, 'entry' | 'personal'> & {
  readonly salt: string | null;
  readonly content: string | null;
} & { readonly [Key in keyof AuditRow]: AuditRow[Key] | null };

/** Leaves from `index` on with their entries, in the order of the log. */
export async function leavesFrom(db: Database, index: number, limit: number): Promise<LeafRow[]> {
  const { rows } = await sql<FlatRow>`
    SELECT leaf_index::float8 AS leaf_index, leaf.stream, leaf.sequence::float8 AS sequence, leaf_hash,
      coalesce(own.actor, outside.actor) AS actor, coalesce(own.action, outside.action) AS action,
      coalesce(own.outcome, outside.outcome) AS outcome, coalesce(own.reason, outside.reason) AS reason,
      coalesce(own.details, outside.details) AS details, own.personal_digest,
      salt, personal AS content,
      coalesce(own.occurred_at, outside.occurred_at) AS occurred_at,
      coalesce(own.recorded_by, outside.recorded_by) AS recorded_by,
      coalesce(own.recorded_at, outside.recorded_at) AS recorded_at
    FROM (SELECT * FROM audit_leaf WHERE leaf_index >= ${index} ORDER BY leaf_index LIMIT ${limit}) AS leaf
    LEFT JOIN audit_entry AS own ON own.reissue_id = leaf.stream AND own.sequence = leaf.sequence
    LEFT JOIN audit_personal AS personal_part ON personal_part.reissue_id = leaf.stream AND personal_part.sequence = leaf.sequence
    LEFT JOIN authority_entry AS outside ON leaf.stream = 'authority' AND outside.position = leaf.sequence
    ORDER BY leaf_index`.execute(db);
  return rows.map(({ leaf_index, leaf_hash, salt, content, ...entry }) => ({
    ...{ leaf_index, leaf_hash, stream: entry.stream, sequence: entry.sequence },
    personal: salt === null || content === null ? null : { salt, content },
    entry: entry.actor === null ? null : (entry as AuditRow),
  }));
}

/** Entries that are neither in the log nor in its queue: inserted while the triggers were off. At most 1,000. */
export async function entriesWithoutLeaf(db: Database): Promise<{ stream: string; sequence: number }[]> {
  const { rows } = await sql<{ stream: string; sequence: number }>`
    SELECT stream, sequence::float8 AS sequence FROM (
      SELECT reissue_id AS stream, sequence::bigint FROM audit_entry
      UNION ALL SELECT 'authority', position FROM authority_entry
    ) AS entry
    WHERE NOT EXISTS (SELECT FROM audit_leaf AS leaf WHERE leaf.stream = entry.stream AND leaf.sequence = entry.sequence)
      AND NOT EXISTS (SELECT FROM audit_pending AS one WHERE one.stream = entry.stream AND one.sequence = entry.sequence)
    ORDER BY stream, sequence LIMIT 1000`.execute(db);
  return rows;
}

/** The entries of reconciled restores. They name the branches of the log that the restore cut off. */
export async function reconciledRestores(db: Database): Promise<AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    SELECT 'authority' AS stream, position::float8 AS sequence, actor, action, outcome, reason, details,
      NULL AS personal_digest, occurred_at, recorded_by, recorded_at
    FROM authority_entry WHERE action = 'reconcileRestore' AND outcome = 'DONE' ORDER BY position`.execute(
    db,
  );
  return rows;
}

/** Reissues whose counter differs from their number of entries, with the counter. At most 1,000. */
export async function countMismatchedReissues(db: Database): Promise<{ stream: string; sequence: number }[]> {
  const { rows } = await sql<{ stream: string; sequence: number }>`
    SELECT reissue_id AS stream, audit_sequence AS sequence FROM reissue
    WHERE audit_sequence <> (SELECT count(*) FROM audit_entry WHERE audit_entry.reissue_id = reissue.reissue_id)
    ORDER BY reissue_id LIMIT 1000`.execute(db);
  return rows;
}
