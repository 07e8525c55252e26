import { sql } from 'kysely';
import type { AuditRow } from './audit-log.js';
import type { Database, Tx } from '../database.js';
import type { CertificateRow, ReissueRow } from '../rows.js';

/** The columns of a reissue and its certificate that verification compares with the audit trail. */
export type ReissueToVerify = Pick<
  ReissueRow,
  'reissue_id' | 'reason' | 'state' | 'customer_ref' | 'key_thumbprint' | 'serial' | 'created_at' | 'ended_at'
> & {
  readonly registered_at: Date | null;
  /** SHA-256 of the certificate, hexadecimal. */
  readonly fingerprint: string | null;
};

/** A page of reissues in order of their ids, after the given id. */
export async function reissuesAfter(tx: Tx, reissueId: string, limit: number): Promise<ReissueToVerify[]> {
  const { rows } = await sql<ReissueToVerify>`
    SELECT reissue.reissue_id, reason, reissue.state, customer_ref, key_thumbprint, reissue.serial, reissue.created_at, ended_at,
      registered_at, encode(sha256(der), 'hex') AS fingerprint
    FROM reissue LEFT JOIN certificate ON certificate.serial = reissue.serial
    WHERE reissue.reissue_id > ${reissueId} ORDER BY reissue.reissue_id LIMIT ${limit}`.execute(tx);
  return rows;
}

/** An entry with its personal part, unless that was erased. */
export type EntryWithPersonal = AuditRow & {
  readonly salt: string | null;
  readonly personal: string | null;
};

/** All entries of these reissues, ordered by reissue and sequence. */
export async function entriesOfReissues(tx: Tx, reissueIds: readonly string[]): Promise<EntryWithPersonal[]> {
  const { rows } = await sql<EntryWithPersonal>`
    SELECT entry.reissue_id AS stream, entry.sequence::float8 AS sequence, actor, action, outcome, reason, details,
      personal_digest, occurred_at, recorded_by, recorded_at, salt, personal
    FROM audit_entry AS entry LEFT JOIN audit_personal AS personal_part USING (reissue_id, sequence)
    WHERE reissue_id = ANY(${reissueIds}) ORDER BY reissue_id, sequence`.execute(tx);
  return rows;
}

/** All consents of these reissues with address and user agent, in the order in which they were recorded. */
export async function consentsOfReissues(tx: Tx<'select consent'>, reissueIds: readonly string[]) {
  return tx
    .selectFrom('consent')
    .selectAll()
    .where((is) => is('reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .orderBy('recorded_at')
    .orderBy('terms_id')
    .execute();
}

/** The consent receipts of these reissues. */
export async function receiptsOfReissues(
  tx: Tx,
  reissueIds: readonly string[],
): Promise<{ reissue_id: string; jws: string }[]> {
  return tx
    .selectFrom('consent_receipt')
    .select(['reissue_id', 'jws'])
    .where((is) => is('reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .execute();
}

/** The columns of a certificate that verification compares with the audit trail. */
export type CertificateToVerify = Pick<
  CertificateRow,
  'serial' | 'reissue_id' | 'revoked_at' | 'revocation_reason' | 'hold_at' | 'invalidity_date'
>;

/** A page of certificates in order of their serials, after the given serial. */
export async function certificatesAfter(
  tx: Tx,
  serial: string,
  limit: number,
): Promise<CertificateToVerify[]> {
  return tx
    .selectFrom('certificate')
    .select(['serial', 'reissue_id', 'revoked_at', 'revocation_reason', 'hold_at', 'invalidity_date'])
    .where('serial', '>', serial)
    .orderBy('serial')
    .limit(limit)
    .execute();
}

/** The entries that may have changed the status of these certificates, in the order of the log. */
export async function statusEntriesOf(
  tx: Tx,
  certificates: readonly Pick<CertificateToVerify, 'serial' | 'reissue_id'>[],
): Promise<AuditRow[]> {
  const serials = certificates.map(({ serial }) => serial);
  const reissueIds = certificates.flatMap(({ reissue_id }) => reissue_id ?? []);
  const { rows } = await sql<AuditRow>`
    SELECT entry.* FROM (
      SELECT reissue_id AS stream, sequence::float8 AS sequence, actor, action, outcome, reason, details, personal_digest,
        occurred_at, recorded_by, recorded_at
      FROM audit_entry
      WHERE details ? 'serial' AND details ->> 'serial' = ANY(${serials})
        AND action IN ('revoke', 'hold', 'signCertificate', 'closeIntent')
      UNION ALL
      SELECT reissue_id, sequence::float8, actor, action, outcome, reason, details, personal_digest,
        occurred_at, recorded_by, recorded_at
      FROM audit_entry
      WHERE reissue_id = ANY(${reissueIds}) AND action IN ('cancel', 'stop', 'expire', 'abandon', 'withdraw', 'supersede')
      UNION ALL
      SELECT 'authority', position::float8, actor, action, outcome, reason, details, NULL,
        occurred_at, recorded_by, recorded_at
      FROM authority_entry
      WHERE details ? 'serial' AND details ->> 'serial' = ANY(${serials})
        AND action IN ('certificate.revoke', 'certificate.hold', 'certificate.release')
    ) AS entry
    LEFT JOIN audit_leaf AS leaf ON leaf.stream = entry.stream AND leaf.sequence = entry.sequence
    LEFT JOIN audit_pending AS waiting ON waiting.stream = entry.stream AND waiting.sequence = entry.sequence
    ORDER BY leaf_index NULLS LAST, waiting.position`.execute(tx);
  return rows;
}

/** Entries about certificates whose row is missing, with their serials. At most 1,000. */
export async function entriesOfMissingCertificates(
  db: Database,
): Promise<{ stream: string; sequence: number; serial: string }[]> {
  const { rows } = await sql<{ stream: string; sequence: number; serial: string }>`
    SELECT stream, sequence::float8 AS sequence, serial FROM (
      SELECT reissue_id AS stream, sequence::bigint, details ->> 'serial' AS serial FROM audit_entry
      WHERE details ? 'serial' AND (action, outcome) IN (('issue', 'ISSUED'), ('revoke', 'DONE'), ('hold', 'DONE'))
      UNION ALL
      SELECT 'authority', position, details ->> 'serial' FROM authority_entry
      WHERE details ? 'serial' AND outcome = 'DONE'
        AND action IN ('certificate.revoke', 'certificate.hold', 'certificate.release')
    ) AS entry
    WHERE NOT EXISTS (SELECT FROM certificate WHERE certificate.serial = entry.serial)
    ORDER BY stream, sequence LIMIT 1000`.execute(db);
  return rows;
}
