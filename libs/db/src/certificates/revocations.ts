import type { ReasonToRevoke } from '#libs/domain';
import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { CertificateRow } from '../rows.js';

/** The reasons of RFC 5280 section 5.3.1 that CRLs of this CA give. */
export type RevocationReason = ReasonToRevoke | 'certificateHold';

/** Reads and locks a certificate. This lock is taken last, after those on its holder and its reissue. */
export async function lockCertificate(
  tx: Tx<'select certificate' | 'update certificate'>,
  serial: string,
): Promise<CertificateRow | undefined> {
  return tx
    .selectFrom('certificate')
    .selectAll()
    .where('serial', '=', serial)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** Writes the revocation of a locked certificate. The time of an earlier hold stays. */
export async function writeRevocation(
  tx: Tx<'select certificate' | 'update certificate'>,
  serial: string,
  revocation: { readonly reason: ReasonToRevoke; readonly invalidityDate?: Date; readonly at: Date },
): Promise<void> {
  await tx
    .updateTable('certificate')
    .set({
      revoked_at: revocation.at,
      revocation_reason: revocation.reason,
      invalidity_date: revocation.invalidityDate ?? null,
    })
    .where('serial', '=', serial)
    .execute();
}

/** Writes since when a locked certificate is on hold; null ends the hold. */
export async function writeHold(
  tx: Tx<'select certificate' | 'update certificate'>,
  serial: string,
  at: Date | null,
): Promise<void> {
  await tx.updateTable('certificate').set({ hold_at: at }).where('serial', '=', serial).execute();
}

/** Blocks a key: it is never certified again. */
export async function blockKey(
  tx: Tx<'insert blocked_key'>,
  key: { readonly spkiSha256: string; readonly reason: string; readonly serial: string; readonly at: Date },
): Promise<void> {
  await tx
    .insertInto('blocked_key')
    .values({ spki_sha256: key.spkiSha256, reason: key.reason, serial: key.serial, blocked_at: key.at })
    .onConflict((conflict) => conflict.column('spki_sha256').doNothing())
    .execute();
}

/** The next sequence number in the event stream of a locked certificate. */
export async function nextCertificateEventSequence(
  tx: Tx<'select certificate' | 'update certificate'>,
  serial: string,
): Promise<number> {
  const { event_sequence: sequence } = await tx
    .updateTable('certificate')
    .set({ event_sequence: sql`event_sequence + 1` })
    .where('serial', '=', serial)
    .returning('event_sequence')
    .executeTakeFirstOrThrow();
  return sequence;
}

/** As {@link nextCertificateEventSequence}, of many locked certificates by their serial. */
export async function nextCertificateEventSequences(
  tx: Tx<'select certificate' | 'update certificate'>,
  serials: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await tx
    .updateTable('certificate')
    .set({ event_sequence: sql`event_sequence + 1` })
    .where('serial', '=', sql<string>`any(${serials}::text[])`)
    .returning(['serial', 'event_sequence'])
    .execute();
  return new Map(rows.map(({ serial, event_sequence: sequence }) => [serial, sequence]));
}

/**
 * Withdraws the new certificate of a reissue. An open intent is closed, so that a signature in progress cannot be stored;
 * a stored certificate is revoked.
 *
 * @returns the serials of closed intents and of revoked certificates
 */
export async function withdrawCertificatesOf(
  tx: Tx<'select certificate' | 'update certificate'>,
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

/** The facts on which a planned change of a certificate depends. */
export type ChangeableCertificate = Pick<
  CertificateRow,
  'serial' | 'state' | 'not_after' | 'hold_at' | 'revoked_at' | 'revocation_reason' | 'reissue_id'
> & {
  /** Whether the reissue that made it has not ended. */
  readonly reissue_open: boolean;
  /** Whether its holder has another certificate in force for the same policy. */
  readonly another_in_force: boolean;
};

/** The certificates with these serials that exist, in no order. */
export async function changeableCertificates(
  db: Database<'select certificate' | 'select reissue'>,
  serials: readonly string[],
  now: Date,
): Promise<ChangeableCertificate[]> {
  return db
    .selectFrom('certificate')
    .leftJoin('reissue', 'reissue.reissue_id', 'certificate.reissue_id')
    .select([
      'certificate.serial',
      'certificate.state',
      'not_after',
      'hold_at',
      'revoked_at',
      'revocation_reason',
      'certificate.reissue_id',
    ])
    .select((is) => [
      is
        .and([is('reissue.reissue_id', 'is not', null), is('reissue.ended_at', 'is', null)])
        .$castTo<boolean>()
        .as('reissue_open'),
      is
        .exists(
          is
            .selectFrom('certificate as other')
            .select('other.serial')
            .whereRef('other.customer_id', '=', 'certificate.customer_id')
            .whereRef('other.policy', '=', 'certificate.policy')
            .whereRef('other.serial', '!=', 'certificate.serial')
            .where('other.registered_at', 'is not', null)
            .where('other.revoked_at', 'is', null)
            .where('other.hold_at', 'is', null)
            .where('other.not_after', '>', now),
        )
        .$castTo<boolean>()
        .as('another_in_force'),
    ])
    .where((is) => is('certificate.serial', '=', is.fn.any(is.val(serials))))
    .execute();
}

/** Unexpired certificates that are on hold since before a time, in order of their serials. */
export async function certificatesOnHold(
  db: Database<'select certificate'>,
  by: { readonly heldBefore: Date; readonly now: Date; readonly afterSerial: string; readonly limit: number },
): Promise<{ serial: string; hold_at: Date | null }[]> {
  return db
    .selectFrom('certificate')
    .select(['serial', 'hold_at'])
    .where('hold_at', '<=', by.heldBefore)
    .where('revoked_at', 'is', null)
    .where('not_after', '>', by.now)
    .where('serial', '>', by.afterSerial)
    .orderBy('serial')
    .limit(by.limit)
    .execute();
}
