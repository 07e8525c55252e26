import type { Database, Tx } from '../database.js';
import type { CertificateRow, StepRow } from '../rows.js';
import type { Write } from '../writes.js';

export async function findStep(
  db: Database<'select step'> | Tx<'select step'>,
  reissueId: string,
  updateId: string,
): Promise<StepRow | undefined> {
  return db
    .selectFrom('step')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('update_id', '=', updateId)
    .executeTakeFirst();
}

/** The steps of one kind, the newest first. */
export async function stepsOfKind(
  tx: Tx<'select step'>,
  reissueId: string,
  kind: string,
): Promise<StepRow[]> {
  return tx
    .selectFrom('step')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('kind', '=', kind)
    .orderBy('recorded_at', 'desc')
    .execute();
}

/** The certificates that clients see with a reissue: the new one, and the one that it replaces. */
export interface ShownCertificates {
  readonly certificate?: Pick<CertificateRow, 'serial' | 'subject' | 'not_before' | 'not_after'> | undefined;
  readonly old?:
    Pick<CertificateRow, 'serial' | 'state' | 'not_after' | 'hold_at' | 'revoked_at'> | undefined;
}

/** What every step reads: the recorded answer, if the step ran before, and the certificates of the reissue. */
export async function readForStep(
  tx: Tx<'select certificate' | 'select reissue' | 'select step'>,
  reissueId: string,
  updateId: string,
): Promise<{
  readonly recorded?: Pick<StepRow, 'outcome' | 'request_hmac'>;
  readonly certificates: ShownCertificates;
}> {
  const row = await tx
    .selectFrom('reissue')
    .leftJoin('step', (join) =>
      join.onRef('step.reissue_id', '=', 'reissue.reissue_id').on('step.update_id', '=', updateId),
    )
    .leftJoin('certificate as new', 'new.serial', 'reissue.serial')
    .leftJoin('certificate as old', 'old.serial', 'reissue.old_serial')
    .select(['step.outcome', 'step.request_hmac'])
    .select(['new.serial', 'new.subject', 'new.not_before', 'new.not_after'])
    .select(['old.serial as old_serial', 'old.state as old_state', 'old.not_after as old_not_after'])
    .select(['old.hold_at as old_hold_at', 'old.revoked_at as old_revoked_at'])
    .where('reissue.reissue_id', '=', reissueId)
    .executeTakeFirst();
  if (!row) return { certificates: {} };
  const { outcome, request_hmac, serial, subject, not_before, not_after } = row;
  const { old_serial, old_state, old_not_after } = row;
  return {
    ...(outcome !== null && request_hmac !== null ? { recorded: { outcome, request_hmac } } : {}),
    certificates: {
      ...(serial !== null && subject !== null && not_before && not_after
        ? { certificate: { serial, subject, not_before, not_after } }
        : {}),
      ...(old_serial !== null && old_state !== null && old_not_after
        ? {
            old: {
              serial: old_serial,
              state: old_state,
              not_after: old_not_after,
              hold_at: row.old_hold_at,
              revoked_at: row.old_revoked_at,
            },
          }
        : {}),
    },
  };
}

/** The answer to a call, as it is recorded. */
export interface NewStep {
  readonly reissue_id: string;
  readonly update_id: string;
  readonly kind: string;
  readonly request_hmac: string;
  readonly outcome: Record<string, unknown>;
  readonly recorded_at: Date;
}

export const insertStep = (tx: Tx<'insert step'>, step: NewStep): Write =>
  tx.insertInto('step').values({ ...step, outcome: JSON.stringify(step.outcome) });
