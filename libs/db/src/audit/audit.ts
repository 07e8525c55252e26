import { createHash, randomBytes } from 'node:crypto';
import type { ReissueAction } from '#libs/domain';
import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../database.js';
import type { WritePart } from '../writes.js';

export interface NewAuditEntry {
  readonly actor: string;
  readonly action: ReissueAction;
  readonly outcome: string;
  readonly reason?: string | null;
  readonly details?: Record<string, unknown>;
  /** Stored in a separate table with a salt, so that it can be erased while its digest stays. */
  readonly personal?: Record<string, unknown>;
  readonly occurred_at: Date;
}

/** An entry together with the reissue that it belongs to. */
export type AuditEntryOf = NewAuditEntry & { readonly reissueId: string };

/** Appends an entry to a reissue's audit trail, in the transaction of the change that it records. */
export const appendAudit = (tx: Tx<AuditPrivilege>, reissueId: string, entry: NewAuditEntry): Promise<void> =>
  appendAudits(tx, [{ ...entry, reissueId }]);

/** The privileges that the insertion of audit entries needs. */
export type AuditPrivilege =
  'select reissue' | 'insert audit_entry' | 'insert audit_personal' | 'update reissue';

/**
 * Appends entries of one or more reissues in one statement. The entries of a reissue keep their order, and their sequence
 * numbers have no gaps: the reissue's row counts them. The caller holds the locks on the reissues.
 */
export async function appendAudits(tx: Tx<AuditPrivilege>, entries: readonly AuditEntryOf[]): Promise<void> {
  if (entries.length === 0) return;
  await sql`WITH ${appendedAudits(entries)} SELECT`.execute(tx);
}

/**
 * The common table expressions of {@link appendAudits}, for a statement that also writes what the entries record.
 *
 * @param recorded a condition on the columns of an entry: only entries that meet it are appended
 */
export function appendedAudits(
  entries: readonly AuditEntryOf[],
  recorded: RawBuilder<unknown> = sql`true`,
): RawBuilder<unknown> {
  // An extra condition: without it the planner, which has no statistics on the entries, scans every reissue.
  const reissueIds = [...new Set(entries.map(({ reissueId }) => reissueId))];
  return sql`
    entry AS (
      SELECT *, row_number() OVER (PARTITION BY reissue_id ORDER BY place) AS nth
      FROM ${givenEntries(entries)}
      WHERE ${recorded}
    ), counted AS (
      UPDATE reissue SET audit_sequence = audit_sequence + added.entries
      FROM (SELECT reissue_id, count(*)::int AS entries FROM entry GROUP BY reissue_id) AS added
      WHERE reissue.reissue_id = added.reissue_id AND reissue.reissue_id = ANY(${reissueIds})
      RETURNING reissue.reissue_id, reissue.audit_sequence - added.entries AS so_far
    ), placed AS (
      SELECT entry.*, so_far + nth AS sequence FROM entry JOIN counted USING (reissue_id)
    ), personal_part AS (${personalParts}), audited AS (${entryParts})`;
}

/**
 * The parts of a statement that append entries to one reissue, which another part counts.
 *
 * @param counted the name of that part: it returns `reissue_id` and the new `audit_sequence`
 */
export function auditParts(entries: readonly AuditEntryOf[], counted: string): Record<string, WritePart> {
  return {
    placed: sql`
      SELECT given.*, audit_sequence - ${entries.length}::int + place + 1 AS sequence
      FROM ${givenEntries(entries)} JOIN ${sql.table(counted)} USING (reissue_id)`,
    personal_part: personalParts,
    audited: entryParts,
  };
}

/** The entries as a table `given`, with the place of each among them, from 0. */
function givenEntries(entries: readonly AuditEntryOf[]): RawBuilder<unknown> {
  const rows = entries.map(({ reissueId, reason = null, details = {}, personal, ...entry }, place) => ({
    ...entry,
    reissue_id: reissueId,
    reason,
    details,
    place,
    ...(personal ? salted(JSON.stringify(personal)) : {}),
  }));
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS given (reissue_id text, place int, actor text,
    action text, outcome text, reason text, details jsonb, occurred_at timestamptz, personal_digest text, salt text,
    personal text)`;
}

const personalParts = sql`
  INSERT INTO audit_personal (reissue_id, sequence, salt, personal)
  SELECT reissue_id, sequence, salt, personal FROM placed WHERE personal IS NOT NULL`;

const entryParts = sql`
  INSERT INTO audit_entry (reissue_id, sequence, actor, action, outcome, reason, details, personal_digest, occurred_at)
  SELECT reissue_id, sequence, actor, action, outcome, reason, details, personal_digest, occurred_at FROM placed`;

/** Salt and digest of a personal part: each string after its length in bytes, as `digestOfPersonal` in libs/audit-proofs verifies. */
function salted(personal: string) {
  const salt = randomBytes(16).toString('hex');
  const hash = createHash('sha256');
  for (const part of [salt, personal]) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return { personal, salt, personal_digest: `2:${hash.digest('hex')}` };
}
