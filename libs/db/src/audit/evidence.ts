import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { AuditRow } from './audit-log.js';
import type { AuditCheckpointRow } from '../rows.js';

/** An entry with its leaf. The entry is missing if it was removed, the leaf if the entry is too new. */
export interface EvidenceEntryRow {
  readonly stream: string;
  readonly sequence: number;
  readonly leaf_index: number | null;
  readonly leaf_hash: Buffer | null;
  readonly entry: AuditRow | null;
  readonly salt: string | null;
  readonly personal: string | null;
}

type FlatRow = Omit<EvidenceEntryRow, 'entry'> & { readonly [Key in keyof AuditRow]: AuditRow[Key] | null };

/**
 * All entries that concern a reissue, in the order of the log; entries without a leaf come last. These are the entries of
 * its own stream, and from outside the stream:
 *
 * - acts that name the reissue or its certificate, among the first `size` leaves. (Each access to the evidence is such an
 *   act, so without this limit a bundle would never be complete.) Later acts only if they changed the certificate's status;
 * - changes of its certificate by other reissues;
 * - purges that explain missing personal parts or histories;
 * - restores of the database, which explain checkpoints that the log does not continue;
 * - leaves since its start whose entry is missing: it may have been an entry of this reissue. At most 100.
 */
export async function evidenceEntriesOf(
  tx: Tx<'select audit_entry' | 'select audit_leaf' | 'select audit_personal' | 'select authority_entry'>,
  { reissue_id: reissueId, serial }: { readonly reissue_id: string; readonly serial: string | null },
  size: number,
): Promise<EvidenceEntryRow[]> {
  const { rows } = await sql<FlatRow>`
    SELECT coalesce(entry.reissue_id, leaf.stream) AS stream, coalesce(entry.sequence, leaf.sequence)::float8 AS sequence,
      leaf_index::float8 AS leaf_index, leaf_hash, actor, action, outcome, reason, details, personal_digest, occurred_at,
      recorded_by, recorded_at, salt, personal
    FROM (SELECT * FROM audit_entry WHERE reissue_id = ${reissueId}) AS entry
    FULL JOIN (SELECT * FROM audit_leaf WHERE stream = ${reissueId}) AS leaf
      ON leaf.stream = entry.reissue_id AND leaf.sequence = entry.sequence
    LEFT JOIN audit_personal ON audit_personal.reissue_id = entry.reissue_id AND audit_personal.sequence = entry.sequence
    UNION ALL
    SELECT 'authority', position::float8, leaf_index::float8, leaf_hash, actor, action, outcome, reason, details, NULL,
      occurred_at, recorded_by, recorded_at, NULL, NULL
    FROM authority_entry LEFT JOIN audit_leaf ON stream = 'authority' AND audit_leaf.sequence = position
    WHERE (leaf_index < ${size} OR action IN ('certificate.revoke', 'certificate.hold', 'certificate.release'))
      AND (details ? 'reissueId' AND details ->> 'reissueId' = ${reissueId}
        OR details ? 'serial' AND details ->> 'serial' = ${serial})
    UNION ALL
    SELECT reissue_id, entry.sequence::float8, leaf_index::float8, leaf_hash, actor, action, outcome, reason, details,
      personal_digest, occurred_at, recorded_by, recorded_at, NULL, NULL
    FROM audit_entry AS entry LEFT JOIN audit_leaf ON stream = reissue_id AND audit_leaf.sequence = entry.sequence
    WHERE details ? 'serial' AND details ->> 'serial' = ${serial} AND action IN ('revoke', 'hold')
      AND reissue_id <> ${reissueId}
    UNION ALL
    SELECT 'authority', position::float8, leaf_index::float8, leaf_hash, actor, action, outcome, reason, details, NULL,
      occurred_at, recorded_by, recorded_at, NULL, NULL
    FROM authority_entry JOIN audit_leaf ON stream = 'authority' AND audit_leaf.sequence = position
    WHERE leaf_index < ${size} AND action = 'purge' AND outcome = 'DONE' AND (details -> 'reissueIds' ? ${reissueId} OR EXISTS (
      SELECT FROM audit_entry AS own LEFT JOIN audit_personal AS personal_part USING (reissue_id, sequence)
      WHERE own.reissue_id = ${reissueId}
        AND own.occurred_at >= (authority_entry.details ->> 'from')::timestamptz
        AND own.occurred_at < (authority_entry.details ->> 'before')::timestamptz
        AND (authority_entry.details ->> 'recordClass' = 'personalDetails' AND personal_digest IS NOT NULL
            AND personal_part.salt IS NULL
          OR authority_entry.details ->> 'recordClass' = 'histories' AND own.action = 'archiveHistory')))
    UNION ALL
    SELECT 'authority', position::float8, leaf_index::float8, leaf_hash, actor, action, outcome, reason, details, NULL,
      occurred_at, recorded_by, recorded_at, NULL, NULL
    FROM authority_entry JOIN audit_leaf ON stream = 'authority' AND audit_leaf.sequence = position
    WHERE leaf_index < ${size} AND action = 'reconcileRestore' AND outcome = 'DONE'
    UNION ALL
    (SELECT stream, sequence::float8, leaf_index::float8, leaf_hash, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
      NULL, NULL
    FROM audit_leaf
    WHERE stream = 'authority' AND leaf_index < ${size}
      AND leaf_index > (SELECT min(leaf_index) FROM audit_leaf WHERE stream = ${reissueId})
      AND NOT EXISTS (SELECT FROM authority_entry WHERE position = audit_leaf.sequence)
    ORDER BY leaf_index LIMIT 100)
    ORDER BY leaf_index NULLS LAST, stream, sequence`.execute(tx);
  return rows.map(({ leaf_index, leaf_hash, salt, personal, ...entry }) => ({
    ...{ stream: entry.stream, sequence: entry.sequence, leaf_index, leaf_hash, salt, personal },
    entry: entry.actor === null ? null : (entry as AuditRow),
  }));
}

/**
 * Checkpoints for inclusion proofs: all that were made between `from` and `to`, the first of each later day, and the
 * `newest` ones.
 */
export async function checkpointsToProve(
  db: Database<'select audit_checkpoint'> | Tx<'select audit_checkpoint'>,
  { from, to, newest }: { from: Date; to: Date; newest: number },
): Promise<AuditCheckpointRow[]> {
  const { rows } = await sql<AuditCheckpointRow>`
    SELECT size, root, made_at, jws FROM audit_checkpoint WHERE made_at BETWEEN ${from} AND ${to}
    UNION SELECT size, root, made_at, jws FROM (
      SELECT DISTINCT ON (made_at::date) * FROM audit_checkpoint WHERE made_at > ${to} ORDER BY made_at::date, size
    ) AS daily
    UNION SELECT size, root, made_at, jws FROM (
      SELECT * FROM audit_checkpoint ORDER BY size DESC LIMIT ${newest}
    ) AS latest
    ORDER BY size`.execute(db);
  return rows;
}

/** The archived history of a reissue as compressed canonical JSON; null once purged, undefined until archived. */
export async function archivedHistory(
  db: Database<'select reissue_archive'> | Tx<'select reissue_archive'>,
  reissueId: string,
): Promise<Buffer | null | undefined> {
  const row = await db
    .selectFrom('reissue_archive')
    .select('history')
    .where('reissue_id', '=', reissueId)
    .executeTakeFirst();
  return row?.history;
}

/** Whether a checkpoint covers every entry that a reissue has written. */
export async function isCovered(
  db: Database<'select audit_checkpoint' | 'select audit_entry' | 'select audit_leaf'>,
  reissueId: string,
): Promise<boolean> {
  const { rows } = await sql<{ covered: boolean }>`
    SELECT NOT EXISTS (
      SELECT FROM audit_entry LEFT JOIN audit_leaf AS leaf ON leaf.stream = reissue_id AND leaf.sequence = audit_entry.sequence
      WHERE reissue_id = ${reissueId}
        AND (leaf_index IS NULL OR leaf_index >= (SELECT coalesce(max(size), 0) FROM audit_checkpoint))
    ) AS covered`.execute(db);
  return rows[0]?.covered ?? false;
}
