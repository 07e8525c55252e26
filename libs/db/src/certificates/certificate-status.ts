import { sql } from 'kysely';
import type { Database } from '../database.js';
import type { CertificateRow } from '../rows.js';

/** What decides the status of a certificate. */
export type CertificateStatusRow = Pick<
  CertificateRow,
  'serial' | 'issuer' | 'state' | 'hold_at' | 'revoked_at' | 'revocation_reason'
>;

/** The rows of these serial numbers, as far as there are any. */
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
