import { sql } from 'kysely';
import type { Database, RoleTx, Tx } from '../database.js';
import type { CertificateRow, NewCertificate } from '../rows.js';

const related = [
  'serial',
  'reissue_id',
  'customer_id',
  'state',
  'subject',
  'spki_sha256',
  'profile_digest',
  'on_file',
  'created_at',
  'not_after',
  'revoked_at',
  'revocation_reason',
] as const;
/** The columns of an existing certificate that decide whether a new one may be made. */
export type RelatedCertificate = Pick<CertificateRow, (typeof related)[number]>;

/**
 * The certificates that decide whether new ones may be made: all of these reissues and keys, and those on file of these
 * persons. Oldest first.
 */
export async function relatedCertificates(
  tx: Tx<'select certificate'>,
  to: {
    readonly reissueIds: readonly string[];
    readonly customerIds: readonly string[];
    readonly spkiSha256s: readonly string[];
  },
): Promise<RelatedCertificate[]> {
  return tx
    .selectFrom('certificate')
    .select(related)
    .where((is) =>
      is.or([
        is('reissue_id', '=', is.fn.any(is.val(to.reissueIds))),
        is('spki_sha256', '=', is.fn.any(is.val(to.spkiSha256s))),
        is.and([is('customer_id', '=', is.fn.any(is.val(to.customerIds))), is('on_file', '=', true)]),
      ]),
    )
    .orderBy('created_at')
    .execute();
}

/** The keys among these that must not be certified. */
export async function blockedKeys(
  tx: Tx<'select blocked_key'>,
  spkiSha256s: readonly string[],
): Promise<Set<string>> {
  const rows = await tx
    .selectFrom('blocked_key')
    .select('spki_sha256')
    .where((is) => is('spki_sha256', '=', is.fn.any(is.val(spkiSha256s))))
    .execute();
  return new Set(rows.map((row) => row.spki_sha256));
}

/**
 * Records the intent to sign certificates. A certificate is skipped if its reissue or key already has a live certificate,
 * or its serial is taken.
 *
 * @returns the serials of the recorded intents
 */
export async function insertIntents(
  tx: Tx<'select certificate' | 'insert certificate'>,
  intents: readonly Omit<NewCertificate, 'state' | 'der'>[],
): Promise<Set<string>> {
  if (intents.length === 0) return new Set();
  // In the order of their keys, so that two batches with the same keys cannot deadlock.
  const inOrder = [...intents].sort((a, b) => (a.spki_sha256 < b.spki_sha256 ? -1 : 1));
  const rows = await tx
    .insertInto('certificate')
    .values(inOrder.map((intent) => ({ ...intent, state: 'INTENT' as const })))
    .onConflict((conflict) => conflict.doNothing())
    .returning('serial')
    .execute();
  return serialsOf(rows);
}

/** Stores signed certificates whose intent is still open. @returns their serials */
export async function storeSigned(
  tx: RoleTx<'signer'>,
  signed: readonly { readonly serial: string; readonly der: Buffer }[],
  at: Date,
): Promise<Set<string>> {
  if (signed.length === 0) return new Set();
  const rows = await sql<{ serial: string }>`
    UPDATE certificate SET state = 'STORED', der = signed.der, stored_at = ${at}
    FROM unnest(${signed.map(({ serial }) => serial)}::text[], ${signed.map(({ der }) => der)}::bytea[])
      AS signed (serial, der)
    WHERE certificate.serial = signed.serial AND certificate.state = 'INTENT'
    RETURNING certificate.serial
  `.execute(tx);
  return serialsOf(rows.rows);
}

/** Abandons open intents whose signature may or may not exist. @returns the serials abandoned */
export async function abandonIntents(
  tx: Tx<'select certificate' | 'update certificate'>,
  serials: readonly string[],
  at: Date,
): Promise<Set<string>> {
  if (serials.length === 0) return new Set();
  const rows = await tx
    .updateTable('certificate')
    .set({ state: 'ABANDONED', revoked_at: at, revocation_reason: 'cessationOfOperation' })
    .where((is) => is('serial', '=', is.fn.any(is.val(serials))))
    .where('state', '=', 'INTENT')
    .returning('serial')
    .execute();
  return serialsOf(rows);
}

/** Open signing intents created before a time, oldest first. */
export async function openIntents(
  db: Database<'select certificate'>,
  before: Date,
): Promise<Pick<CertificateRow, 'serial' | 'reissue_id'>[]> {
  return db
    .selectFrom('certificate')
    .select(['serial', 'reissue_id'])
    .where('state', '=', 'INTENT')
    .where('created_at', '<', before)
    .orderBy('created_at')
    .execute();
}

const serialsOf = (rows: readonly { serial: string }[]) => new Set(rows.map(({ serial }) => serial));
