import type { Database, Tx } from './connect.js';
import type { CertificateRow, RevocationReason } from './database.js';

export async function certificateBySerial(
  db: Database | Tx,
  serial: string,
): Promise<CertificateRow | undefined> {
  return db.selectFrom('certificate').selectAll().where('serial', '=', serial).executeTakeFirst();
}

/** The stored certificate of a reissue that was not withdrawn. */
export async function storedCertificateOf(
  db: Database | Tx,
  reissueId: string,
): Promise<CertificateRow | undefined> {
  return db
    .selectFrom('certificate')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('state', '=', 'STORED')
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
}

/** The certificate on file of a person: the last one registered, whatever became of it since. */
export async function certificateOnFile(
  db: Database | Tx,
  customerId: string,
): Promise<CertificateRow | undefined> {
  return db
    .selectFrom('certificate')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('on_file', '=', true)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
}

/** Revokes a certificate that is not yet revoked; answers whether it did. A hold is lifted into the revocation. */
export async function revokeCertificate(
  tx: Tx,
  serial: string,
  reason: RevocationReason,
  at: Date,
): Promise<boolean> {
  const result = await tx
    .updateTable('certificate')
    .set({ revoked_at: at, revocation_reason: reason })
    .where('serial', '=', serial)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Suspends a certificate (certificateHold) that is neither revoked nor on hold; answers whether it did. */
export async function holdCertificate(tx: Tx, serial: string, at: Date): Promise<boolean> {
  const result = await tx
    .updateTable('certificate')
    .set({ hold_at: at })
    .where('serial', '=', serial)
    .where('revoked_at', 'is', null)
    .where('hold_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/**
 * Takes back whatever a reissue has of a new certificate: an open intent is closed, so that a signature still
 * under way finds no row to store itself in; a stored certificate is revoked.
 *
 * @returns the serials of the certificates that existed and are now revoked
 */
export async function withdrawCertificatesOf(tx: Tx, reissueId: string, at: Date): Promise<string[]> {
  await tx
    .updateTable('certificate')
    .set({ state: 'ABANDONED', revoked_at: at, revocation_reason: 'cessationOfOperation' })
    .where('reissue_id', '=', reissueId)
    .where('state', '=', 'INTENT')
    .execute();
  const revoked = await tx
    .updateTable('certificate')
    .set({ revoked_at: at, revocation_reason: 'cessationOfOperation' })
    .where('reissue_id', '=', reissueId)
    .where('state', '=', 'STORED')
    .where('revoked_at', 'is', null)
    .returning('serial')
    .execute();
  return revoked.map((row) => row.serial);
}

/** Puts a certificate in the place of whatever is on file for its person and policy. */
export async function putOnFile(tx: Tx, certificate: CertificateRow, at: Date): Promise<void> {
  await tx
    .updateTable('certificate')
    .set({ on_file: false })
    .where('customer_id', '=', certificate.customer_id)
    .where('policy', '=', certificate.policy)
    .where('on_file', '=', true)
    .execute();
  await tx
    .updateTable('certificate')
    .set({ on_file: true, registered_at: at })
    .where('serial', '=', certificate.serial)
    .execute();
}

/** The certificates in force of a person other than `except`: registered, not revoked, not expired. */
export async function certificatesInForce(
  tx: Tx,
  customerId: string,
  except: string,
  now: Date,
): Promise<CertificateRow[]> {
  return tx
    .selectFrom('certificate')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('serial', '!=', except)
    .where('registered_at', 'is not', null)
    .where('revoked_at', 'is', null)
    .where('not_after', '>', now)
    .execute();
}
