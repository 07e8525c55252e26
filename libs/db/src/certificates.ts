import type { Database, Tx } from './connect.js';
import type { CertificateRow, NewCertificate } from './database.js';

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

/** Signing intents that no attempt can still live to fulfil. */
export async function staleIntents(
  db: Database,
  before: Date,
): Promise<{ serial: string; reissue_id: string | null }[]> {
  return db
    .selectFrom('certificate')
    .select(['serial', 'reissue_id'])
    .where('state', '=', 'INTENT')
    .where('created_at', '<', before)
    .execute();
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

/** The other certificates in force of the same person and policy: registered, not revoked, not expired. */
export async function certificatesInForce(
  tx: Tx,
  { customer_id, policy, serial }: Pick<CertificateRow, 'customer_id' | 'policy' | 'serial'>,
  now: Date,
): Promise<CertificateRow[]> {
  return tx
    .selectFrom('certificate')
    .selectAll()
    .where('customer_id', '=', customer_id)
    .where('policy', '=', policy)
    .where('serial', '!=', serial)
    .where('registered_at', 'is not', null)
    .where('revoked_at', 'is', null)
    .where('not_after', '>', now)
    .execute();
}

/** The certificate of a reissue that lives: stored, or an intent whose signature is still under way. */
export async function liveCertificateOf(tx: Tx, reissueId: string): Promise<CertificateRow | undefined> {
  return tx
    .selectFrom('certificate')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('state', 'in', ['INTENT', 'STORED'])
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
}

/** Whether a key may be certified for a reissue: not if any other ever had it, least of all if it was compromised. */
export async function standingOfKey(
  tx: Tx,
  spkiSha256: string,
  reissueId: string,
): Promise<'FREE' | 'USED' | 'BLOCKED'> {
  const uses = await tx
    .selectFrom('certificate')
    .select(['reissue_id', 'revocation_reason'])
    .where('spki_sha256', '=', spkiSha256)
    .execute();
  if (uses.some((use) => use.revocation_reason === 'keyCompromise')) return 'BLOCKED';
  return uses.some((use) => use.reissue_id !== reissueId) ? 'USED' : 'FREE';
}

/**
 * Writes down that a certificate is about to be signed.
 * @throws a unique violation if the reissue has a live certificate or the key one of its own
 */
export async function insertIntent(tx: Tx, intent: Omit<NewCertificate, 'state' | 'der'>): Promise<void> {
  await tx
    .insertInto('certificate')
    .values({ ...intent, state: 'INTENT' })
    .execute();
}

/** Stores what was signed, if its intent still stands; answers whether it did. */
export async function storeSigned(tx: Tx, serial: string, der: Buffer, at: Date): Promise<boolean> {
  const result = await tx
    .updateTable('certificate')
    .set({ state: 'STORED', der, stored_at: at })
    .where('serial', '=', serial)
    .where('state', '=', 'INTENT')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Gives up a serial whose signature may or may not exist; answers whether its intent still stood. */
export async function abandonIntent(tx: Tx, serial: string, at: Date): Promise<boolean> {
  const result = await tx
    .updateTable('certificate')
    .set({ state: 'ABANDONED', revoked_at: at, revocation_reason: 'cessationOfOperation' })
    .where('serial', '=', serial)
    .where('state', '=', 'INTENT')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** The certificates made by these enrolments. */
export async function certificatesOfEnrolments(
  db: Database | Tx,
  enrolmentIds: readonly string[],
): Promise<CertificateRow[]> {
  return db.selectFrom('certificate').selectAll().where('enrolment_id', 'in', enrolmentIds).execute();
}

/** Stores certificates made by enrolments; one whose enrolment has a certificate already is left out. */
export async function insertEnrolled(db: Database, certificates: readonly NewCertificate[]): Promise<void> {
  await db
    .insertInto('certificate')
    .values(certificates)
    .onConflict((conflict) => conflict.column('enrolment_id').doNothing())
    .execute();
}
