import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { CertificateRow, NewCertificate, ReissueRow } from '../rows.js';

export async function certificateBySerial(
  db: Database<'select certificate'> | Tx<'select certificate'>,
  serial: string,
): Promise<CertificateRow | undefined> {
  return db.selectFrom('certificate').selectAll().where('serial', '=', serial).executeTakeFirst();
}

/** The new certificate of a reissue, and the certificate that it replaces. */
export async function certificatesOfReissue(
  db: Database<'select certificate'> | Tx<'select certificate'>,
  { serial, old_serial }: Pick<ReissueRow, 'serial' | 'old_serial'>,
): Promise<{ readonly certificate: CertificateRow | undefined; readonly old: CertificateRow | undefined }> {
  const serials = [serial, old_serial].filter((each) => each !== null);
  const rows =
    serials.length === 0
      ? []
      : await db.selectFrom('certificate').selectAll().where('serial', 'in', serials).execute();
  const named = (wanted: string | null) => rows.find((row) => row.serial === wanted);
  return { certificate: named(serial), old: named(old_serial) };
}

/** The stored certificate of a reissue, unless it was revoked. */
export async function storedCertificateOf(
  db: Database<'select certificate'> | Tx<'select certificate'>,
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

/** The stored certificate of a reissue, unless it was revoked, with its chain, unless its issuing CA is unknown. */
export async function downloadableCertificateOf(
  db: Database<'select certificate' | 'select issuer'>,
  reissueId: string,
): Promise<
  | (Pick<CertificateRow, 'serial' | 'der'> & {
      readonly issuing: Buffer | null;
      readonly root: Buffer | null;
    })
  | undefined
> {
  return db
    .selectFrom('certificate')
    .leftJoin('issuer', 'issuer.subject', 'certificate.issuer')
    .select(['certificate.serial', 'certificate.der', 'issuer.certificate as issuing', 'issuer.root'])
    .where('certificate.reissue_id', '=', reissueId)
    .where('certificate.state', '=', 'STORED')
    .where('certificate.revoked_at', 'is', null)
    .executeTakeFirst();
}

/** The certificate on file of a person: the last one registered, also if it was revoked or has expired since. */
export async function certificateOnFile(
  db: Database<'select certificate'> | Tx<'select certificate'>,
  customerId: string,
): Promise<CertificateRow | undefined> {
  return db
    .selectFrom('certificate')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('on_file', '=', true)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Puts a certificate on file, in place of any other certificate of its person and policy. */
export async function putOnFile(
  tx: Tx<'select certificate' | 'update certificate'>,
  certificate: CertificateRow,
  at: Date,
): Promise<void> {
  const { customer_id, policy, serial } = certificate;
  const certificates = tx.updateTable('certificate');
  await Promise.all([
    certificates
      .set({ on_file: false })
      .where('customer_id', '=', customer_id)
      .where('policy', '=', policy)
      .where('on_file', '=', true)
      .execute(),
    certificates.set({ on_file: true, registered_at: at }).where('serial', '=', serial).execute(),
  ]);
}

/** Whether a certificate of this table is in force: registered, not revoked, not expired. */
const isInForce = (table: string, now: Date) => sql<boolean>`(
  ${sql.ref(`${table}.registered_at`)} IS NOT NULL AND ${sql.ref(`${table}.revoked_at`)} IS NULL
  AND ${sql.ref(`${table}.not_after`)} > ${now})`;

/** The other certificates in force of the same person and policy. */
export async function certificatesInForce(
  tx: Tx<'select certificate'>,
  { customer_id, policy, serial }: Pick<CertificateRow, 'customer_id' | 'policy' | 'serial'>,
  now: Date,
): Promise<CertificateRow[]> {
  return tx
    .selectFrom('certificate')
    .selectAll()
    .where('customer_id', '=', customer_id)
    .where('policy', '=', policy)
    .where('serial', '!=', serial)
    .where(isInForce('certificate', now))
    .execute();
}

/** The serials of a person's certificates in force, also of those on hold. The one that was held first comes first. */
export async function serialsInForceOf(
  tx: Tx<'select certificate'>,
  customerId: string,
  now: Date,
): Promise<string[]> {
  const rows = await tx
    .selectFrom('certificate')
    .select('serial')
    .where('customer_id', '=', customerId)
    .where(isInForce('certificate', now))
    .orderBy('hold_at')
    .orderBy('serial')
    .execute();
  return rows.map(({ serial }) => serial);
}

/** The new certificate of a reissue, and the others in force of the same person and policy. */
export async function certificateAndOthersInForce(
  tx: Tx<'select certificate' | 'select reissue'>,
  reissueId: string,
  now: Date,
): Promise<{ readonly certificate: CertificateRow | undefined; readonly others: readonly CertificateRow[] }> {
  const rows = await tx
    .selectFrom('reissue')
    .innerJoin('certificate as new', 'new.serial', 'reissue.serial')
    .innerJoin('certificate as each', (join) =>
      join.onRef('each.customer_id', '=', 'new.customer_id').onRef('each.policy', '=', 'new.policy'),
    )
    .selectAll('each')
    .select((is) => is('each.serial', '=', is.ref('new.serial')).$castTo<boolean>().as('is_new'))
    .where('reissue.reissue_id', '=', reissueId)
    .where((is) => is.or([is('each.serial', '=', is.ref('new.serial')), isInForce('each', now)]))
    .execute();
  return {
    certificate: rows.find(({ is_new }) => is_new),
    others: rows.filter(({ is_new }) => !is_new),
  };
}

/** The certificates of these enrolments. */
export async function certificatesOfEnrolments(
  db: Database<'select certificate'> | Tx<'select certificate'>,
  enrolmentIds: readonly string[],
): Promise<CertificateRow[]> {
  return db.selectFrom('certificate').selectAll().where('enrolment_id', 'in', enrolmentIds).execute();
}

/** Stores certificates of enrolments. An enrolment that already has a certificate is skipped. */
export async function insertEnrolled(
  db: Database<'insert certificate'>,
  certificates: readonly NewCertificate[],
): Promise<void> {
  await db
    .insertInto('certificate')
    .values(certificates)
    .onConflict((conflict) => conflict.column('enrolment_id').doNothing())
    .execute();
}
