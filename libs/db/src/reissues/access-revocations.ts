import { sql } from 'kysely';
import type { Database } from '../database.js';

/** What decides whether a reissue's tokens still open it. */
export interface AccessState {
  readonly revoked: boolean;
  readonly endedAt: Date | null;
}

/** A reissue that is not there yet is open: its token comes with the answer to its start. */
export async function accessStateOf(
  db: Database<'select access_revocation' | 'select reissue'>,
  reissueId: string,
): Promise<AccessState> {
  const { rows } = await sql<{ revoked: boolean; ended_at: Date | null }>`
    select exists (select from access_revocation where reissue_id = ${reissueId}) as revoked,
      (select ended_at from reissue where reissue_id = ${reissueId}) as ended_at`.execute(db);
  return { revoked: rows[0]?.revoked ?? false, endedAt: rows[0]?.ended_at ?? null };
}

/** @param expiresAt when every token of the reissue has expired, and the revocation can be forgotten */
export async function revokeAccess(
  db: Database<'insert access_revocation'>,
  reissueId: string,
  revokedAt: Date,
  expiresAt: Date,
): Promise<void> {
  await db
    .insertInto('access_revocation')
    .values({ reissue_id: reissueId, revoked_at: revokedAt, expires_at: expiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Forgets revocations of tokens that have expired. */
export async function deleteExpiredAccessRevocations(db: Database, now: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('access_revocation')
    .where('expires_at', '<', now)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
