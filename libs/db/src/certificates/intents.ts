import { sql } from 'kysely';
import type { Database, RoleTx, Tx } from '../database.js';
import { appendedAudits, type AuditEntryOf, type AuditPrivilege } from '../audit/audit.js';
import type { CertificateRow } from '../rows.js';

/** A certificate that will be signed. */
export type Intent = Pick<CertificateRow, (typeof intentColumns)[number]> & { readonly reissue_id: string };

const intentColumns = [
  'serial',
  'reissue_id',
  'customer_id',
  'issuer',
  'profile',
  'profile_digest',
  'policy',
  'basis',
  'subject',
  'spki_sha256',
  'tbs_digest',
  'crl_shard',
  'not_before',
  'not_after',
  'created_at',
] as const;
const columnsOfIntent = sql.join(intentColumns.map((column) => sql.ref(column)));

/**
 * Records the intent to sign certificates, and audit entries. A certificate is skipped if its reissue or key already has
 * a live certificate, or its serial is taken. An entry that names the serial of a certificate is skipped with it.
 *
 * @returns the serials of the recorded intents
 */
export async function insertIntents(
  tx: Tx<'select certificate' | 'insert certificate' | AuditPrivilege>,
  intents: readonly Intent[],
  entries: readonly AuditEntryOf[],
): Promise<Set<string>> {
  if (intents.length === 0 && entries.length === 0) return new Set();
  // In the order of their keys, so that two batches with the same keys cannot deadlock.
  const inOrder = intents.toSorted((a, b) => (a.spki_sha256 < b.spki_sha256 ? -1 : 1));
  const { rows } = await sql<{ serial: string }>`
    WITH written AS (
      INSERT INTO certificate (${columnsOfIntent}, state)
      SELECT ${columnsOfIntent}, 'INTENT'
      FROM jsonb_populate_recordset(NULL::certificate, ${JSON.stringify(inOrder)}::jsonb)
      ON CONFLICT DO NOTHING
      RETURNING serial
    ), ${appendedAudits(entries, namesNoOtherThan('written'))}
    SELECT serial FROM written`.execute(tx);
  return serialsOf(rows);
}

/** Stores signed certificates whose intent is still open, with the audit entries that name them. @returns their serials */
export async function storeSigned(
  tx: RoleTx<'signer'>,
  signed: readonly { readonly serial: string; readonly der: Buffer }[],
  entries: readonly AuditEntryOf[],
  at: Date,
): Promise<Set<string>> {
  if (signed.length === 0) return new Set();
  const { rows } = await sql<{ serial: string }>`
    WITH stored AS (
      UPDATE certificate SET state = 'STORED', der = signed.der, stored_at = ${at}
      FROM unnest(${signed.map(({ serial }) => serial)}::text[], ${signed.map(({ der }) => der)}::bytea[])
        AS signed (serial, der)
      WHERE certificate.serial = signed.serial AND ${isOpenIntent}
      RETURNING certificate.serial
    ), ${appendedAudits(entries, namesNoOtherThan('stored'))}
    SELECT serial FROM stored`.execute(tx);
  return serialsOf(rows);
}

/**
 * An open intent. Not `state = 'INTENT'`, for which the planner prefers the index of open intents to the primary key. That
 * index keeps an entry of every stored certificate until a vacuum, and each batch would step over all of them.
 */
const isOpenIntent = sql<boolean>`certificate.state NOT IN ('STORED', 'ABANDONED')`;

/** The condition that an audit entry names no certificate other than those of a common table expression. */
const namesNoOtherThan = (written: string) =>
  sql`(details ->> 'serial' IS NULL OR details ->> 'serial' IN (SELECT serial FROM ${sql.table(written)}))`;

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
    .where(isOpenIntent)
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
    .where('state', '=', sql.lit('INTENT' as const))
    .where('created_at', '<', before)
    .orderBy('created_at')
    .execute();
}

const serialsOf = (rows: readonly { serial: string }[]) => new Set(rows.map(({ serial }) => serial));
