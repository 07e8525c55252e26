import { sql } from 'kysely';
import type { RoleDatabase, RoleTx } from '../database.js';

/** An operator who works on a parked reissue. */
export interface ReissueClaim {
  readonly reissueId: string;
  readonly by: string;
  readonly since: Date;
}

/** The claims of these reissues that hold: made after `madeAfter`, and for the parking in which the reissue is. */
export async function claimsOf(
  db: RoleDatabase<'ops'> | RoleTx<'ops'>,
  reissueIds: readonly string[],
  madeAfter: Date,
): Promise<Map<string, ReissueClaim>> {
  const { rows } = await sql<ReissueClaim>`
    SELECT reissue_id AS "reissueId", claimed_by AS by, claimed_at AS since
    FROM reissue_claim JOIN reissue USING (reissue_id, park_sequence)
    WHERE reissue_id = ANY (${reissueIds}::text[]) AND parked_step IS NOT NULL AND claimed_at > ${madeAfter}`.execute(
    db,
  );
  return new Map(rows.map((claim) => [claim.reissueId, claim]));
}

/**
 * Claims a parked reissue for a person. A claim of another person that holds stays, unless it is taken over.
 *
 * @returns whether the reissue is now claimed by this person
 */
export async function claimReissue(
  tx: RoleTx<'ops'>,
  { reissueId, by, at, madeAfter, takeOver }: NewClaim,
): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO reissue_claim AS claim (reissue_id, park_sequence, claimed_by, claimed_at)
    SELECT reissue_id, park_sequence, ${by}, ${at}::timestamptz FROM reissue
    WHERE reissue_id = ${reissueId} AND parked_step IS NOT NULL
    ON CONFLICT (reissue_id) DO UPDATE
      SET park_sequence = excluded.park_sequence, claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at
      WHERE claim.claimed_by = excluded.claimed_by OR claim.park_sequence <> excluded.park_sequence
        OR claim.claimed_at <= ${madeAfter} OR ${takeOver}
    RETURNING reissue_id`.execute(tx);
  return rows.length > 0;
}

interface NewClaim {
  readonly reissueId: string;
  readonly by: string;
  readonly at: Date;
  /** Earlier claims do not hold any more. */
  readonly madeAfter: Date;
  readonly takeOver: boolean;
}

/** Gives up a person's own claim. @returns whether there was one */
export async function releaseClaim(tx: RoleTx<'ops'>, reissueId: string, by: string): Promise<boolean> {
  const { rows } = await sql`
    DELETE FROM reissue_claim WHERE reissue_id = ${reissueId} AND claimed_by = ${by} RETURNING reissue_id`.execute(
    tx,
  );
  return rows.length > 0;
}

/** A note of staff on a reissue: an entry of the audit trail. */
interface ReissueNote {
  readonly by: string;
  readonly at: Date;
  readonly text: string;
}

const mostNotes = 100;

/** The newest notes on a reissue, newest first. */
export async function notesOn(db: RoleDatabase<'ops'>, reissueId: string): Promise<ReissueNote[]> {
  const { rows } = await sql<ReissueNote>`
    SELECT actor AS by, occurred_at AS at, reason AS text FROM authority_entry
    WHERE details ? 'reissueId' AND details ->> 'reissueId' = ${reissueId} AND action = 'noteReissue'
    ORDER BY occurred_at DESC, position DESC LIMIT ${mostNotes}`.execute(db);
  return rows;
}
