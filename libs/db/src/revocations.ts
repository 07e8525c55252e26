import type { Tx } from './connect.js';
import type { RevocationReason } from './database.js';

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
 * @returns the serials of closed intents, and of the certificates that existed and are now revoked
 */
export async function withdrawCertificatesOf(
  tx: Tx,
  reissueId: string,
  at: Date,
): Promise<{ closed: string[]; revoked: string[] }> {
  const closed = await tx
    .updateTable('certificate')
    .set({ state: 'ABANDONED', revoked_at: at, revocation_reason: 'cessationOfOperation' })
    .where('reissue_id', '=', reissueId)
    .where('state', '=', 'INTENT')
    .returning('serial')
    .execute();
  const revoked = await tx
    .updateTable('certificate')
    .set({ revoked_at: at, revocation_reason: 'cessationOfOperation' })
    .where('reissue_id', '=', reissueId)
    .where('state', '=', 'STORED')
    .where('revoked_at', 'is', null)
    .returning('serial')
    .execute();
  const serials = (rows: { serial: string }[]) => rows.map(({ serial }) => serial);
  return { closed: serials(closed), revoked: serials(revoked) };
}
