import { createHash, randomBytes } from 'node:crypto';
import type { ReissueAction } from '#libs/domain';
import { sql } from 'kysely';
import type { Tx } from './connect.js';

export interface NewAuditEntry {
  readonly actor: string;
  readonly action: ReissueAction;
  readonly outcome: string;
  readonly reason?: string | null;
  readonly details?: Record<string, unknown>;
  /** Kept apart under a salt, so that it can be erased while its digest stays. */
  readonly personal?: Record<string, unknown>;
  readonly occurred_at: Date;
}

/** Appends to a reissue's audit trail, in the transaction of what it tells. Gapless by the row it counts on. */
export async function appendAudit(tx: Tx, reissueId: string, entry: NewAuditEntry): Promise<void> {
  const { audit_sequence: sequence } = await tx
    .updateTable('reissue')
    .set({ audit_sequence: sql`audit_sequence + 1` })
    .where('reissue_id', '=', reissueId)
    .returning('audit_sequence')
    .executeTakeFirstOrThrow();
  const salt = randomBytes(16).toString('hex');
  const personal = entry.personal && JSON.stringify(entry.personal);
  await tx
    .insertInto('audit_entry')
    .values({
      reissue_id: reissueId,
      sequence,
      actor: entry.actor,
      action: entry.action,
      outcome: entry.outcome,
      reason: entry.reason ?? null,
      details: JSON.stringify(entry.details ?? {}),
      personal_digest: personal ? createHash('sha256').update(salt).update(personal).digest('hex') : null,
      occurred_at: entry.occurred_at,
    })
    .execute();
  if (personal)
    await tx
      .insertInto('audit_personal')
      .values({ reissue_id: reissueId, sequence, salt, personal })
      .execute();
}

/** An entry of one among several reissues; without a personal part. */
export type AuditEntryOf = Omit<NewAuditEntry, 'personal'> & { readonly reissueId: string };

/**
 * As {@link appendAudit}, for entries of many reissues in one statement; those of one reissue keep their order.
 * The caller holds the locks on the reissues.
 */
export async function appendAudits(tx: Tx, entries: readonly AuditEntryOf[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ reissueId, reason = null, details = {}, ...entry }, place) => ({
    ...entry,
    reissue_id: reissueId,
    reason,
    details,
    place,
  }));
  await sql`
    WITH entry AS (
      SELECT *, row_number() OVER (PARTITION BY reissue_id ORDER BY place) AS nth
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS given (reissue_id text, place int, actor text,
        action text, outcome text, reason text, details jsonb, occurred_at timestamptz)
    ), counted AS (
      UPDATE reissue SET audit_sequence = audit_sequence + added.entries
      FROM (SELECT reissue_id, count(*)::int AS entries FROM entry GROUP BY reissue_id) AS added
      WHERE reissue.reissue_id = added.reissue_id
      RETURNING reissue.reissue_id, reissue.audit_sequence - added.entries AS so_far
    )
    INSERT INTO audit_entry (reissue_id, sequence, actor, action, outcome, reason, details, occurred_at)
    SELECT entry.reissue_id, so_far + nth, actor, action, outcome, reason, details, occurred_at
    FROM entry JOIN counted USING (reissue_id)
  `.execute(tx);
}
