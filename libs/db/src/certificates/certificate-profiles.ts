import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

/** A stored certificate profile: its canonical JSON, and the SHA-256 of that text. */
export interface ProfileDocument {
  readonly digest: string;
  readonly document: string;
}

/** Stores a profile, so that the digest in a certificate's row can always be resolved. */
export async function insertProfile(
  tx: Tx<'insert certificate_profile'>,
  { digest, document }: ProfileDocument,
  at: Date,
): Promise<void> {
  await tx
    .insertInto('certificate_profile')
    .values({ digest, document, first_used_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The stored profiles with these digests. */
export async function findProfiles(
  db: Database<'select certificate_profile'> | Tx<'select certificate_profile'>,
  digests: readonly string[],
): Promise<ProfileDocument[]> {
  return db
    .selectFrom('certificate_profile')
    .select(['digest', 'document'])
    .where((is) => is('digest', '=', is.fn.any(is.val(digests))))
    .execute();
}

/** All status app addresses of profiles, in order of first use: existing certificates still point at them. */
export async function statusUrlsInProfiles(
  db: Database<'select certificate_profile'> | Tx<'select certificate_profile'>,
): Promise<string[]> {
  const { rows } = await sql<{ url: string }>`
    SELECT document::jsonb ->> 'statusUrl' AS url FROM certificate_profile
    GROUP BY url ORDER BY min(first_used_at)`.execute(db);
  return rows.map(({ url }) => url);
}
