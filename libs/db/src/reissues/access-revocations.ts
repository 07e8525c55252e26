import { sql } from 'kysely';
import type { Database } from '../database.js';

/** The facts that decide whether a reissue's access tokens are still valid. */
export interface AccessState {
  readonly revoked: boolean;
  readonly endedAt: Date | null;
}

/** A reissue without a row is open: the response to its start carries the token. */
export async function accessStateOf(
  db: Database<'select access_revocation' | 'select reissue'>,
  reissueId: string,
): Promise<AccessState> {
  const { rows } = await sql<{ revoked: boolean; ended_at: Date | null }>`
    select exists (select from access_revocation where reissue_id = ${reissueId}) as revoked,
      (select ended_at from reissue where reissue_id = ${reissueId}) as ended_at`.execute(db);
  return { revoked: rows[0]?.revoked ?? false, endedAt: rows[0]?.ended_at ?? null };
}

/** @param expiresAt when every token of the reissue has expired, so that the revocation can be deleted */
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

/** Deletes revocations whose tokens have all expired. @returns the number deleted */
export async function deleteExpiredAccessRevocations(
  db: Database<'select access_revocation' | 'delete access_revocation'>,
  now: Date,
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('access_revocation')
    .where('expires_at', '<', now)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
