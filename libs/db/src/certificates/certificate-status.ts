import { sql } from 'kysely';
import type { Database } from '../database.js';
import type { CertificateRow } from '../rows.js';

/** The columns that determine a certificate's status. */
export type CertificateStatusRow = Pick<
  CertificateRow,
  'serial' | 'issuer' | 'state' | 'hold_at' | 'revoked_at' | 'revocation_reason'
>;

/** The rows with these serials that exist. */
export async function certificateStatuses(
  db: Database<'select certificate'>,
  serials: readonly string[],
): Promise<CertificateStatusRow[]> {
  return db
    .selectFrom('certificate')
    .select(['serial', 'issuer', 'state', 'hold_at', 'revoked_at', 'revocation_reason'])
    .where('serial', '=', sql<string>`any(${serials}::text[])`)
    .execute();
}
