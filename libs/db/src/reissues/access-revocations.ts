import type { Database } from '../database.js';

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
