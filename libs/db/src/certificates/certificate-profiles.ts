import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';

/** A certificate profile as it is kept: its canonical text, and the SHA-256 of that text. */
export interface ProfileDocument {
  readonly digest: string;
  readonly document: string;
}

/** Keeps the text of a profile, so that its digest in a certificate's row can be understood for ever. */
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

/** The kept profiles among these digests. */
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

/** Every address of the status app that profiles in use ever named, the first one first: certificates still do. */
export async function statusUrlsInProfiles(
  db: Database<'select certificate_profile'> | Tx<'select certificate_profile'>,
): Promise<string[]> {
  const { rows } = await sql<{ url: string }>`
    SELECT document::jsonb ->> 'statusUrl' AS url FROM certificate_profile
    GROUP BY url ORDER BY min(first_used_at)`.execute(db);
  return rows.map(({ url }) => url);
}
