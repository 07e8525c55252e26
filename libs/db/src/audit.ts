import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Tx } from './connect.js';

export interface NewAuditEntry {
  readonly actor: string;
  readonly action: string;
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
