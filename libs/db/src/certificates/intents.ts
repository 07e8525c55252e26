import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
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
/** What of an existing certificate a new one depends on. */
export type RelatedCertificate = Pick<CertificateRow, (typeof related)[number]>;

/**
 * The certificates that have a say when new ones are made: all that these reissues and these keys ever had, and
 * those on file of these persons; the oldest first.
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

/** Those of these keys that nobody may have certified. */
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
 * Writes down that certificates are about to be signed. One that cannot be is left out: its reissue or its key got a
 * live certificate a moment before, or its serial number is taken.
 *
 * @returns the serials of those that were written
 */
export async function insertIntents(
  tx: Tx<'select certificate' | 'insert certificate'>,
  intents: readonly Omit<NewCertificate, 'state' | 'der'>[],
): Promise<Set<string>> {
  if (intents.length === 0) return new Set();
  // In the order of their keys, so that two groups with the same keys in them never wait for each other.
  const inOrder = [...intents].sort((a, b) => (a.spki_sha256 < b.spki_sha256 ? -1 : 1));
  const rows = await tx
    .insertInto('certificate')
    .values(inOrder.map((intent) => ({ ...intent, state: 'INTENT' as const })))
    .onConflict((conflict) => conflict.doNothing())
    .returning('serial')
    .execute();
  return serialsOf(rows);
}

/** Stores what was signed where its intent still stands; answers for which serials it did. */
export async function storeSigned(
  tx: Tx<'select certificate' | 'update certificate'>,
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

/** Gives up serials whose signature may or may not exist; answers whose intent still stood. */
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

/** Signing intents from before a moment that are still open, the oldest first. */
export async function openIntents(
  db: Database,
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
