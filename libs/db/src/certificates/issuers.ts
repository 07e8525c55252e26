import { sql } from 'kysely';
import { inTransaction } from '../transactions.js';
import type { Database, Tx } from '../database.js';
import type { Row } from '../rows.js';

export type IssuerRow = Row<'issuer'>;

/** An issuing CA, as a signer registers it. */
export interface KnownIssuer {
  /** As in `certificate.issuer`. */
  readonly subject: string;
  /** Subject key identifier, hexadecimal. */
  readonly keyId: string;
  /** DER. */
  readonly certificate: Buffer;
  readonly root: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The database has another key for the name of an issuing CA. */
export class IssuerConflict extends Error {
  override readonly name = 'IssuerConflict';
}

/**
 * Registers the issuing CAs that a signer holds. The current one signs certificates; the others sign only their CRLs. The
 * number of shards never decreases: a certificate keeps its shard, and a reissue that began with an earlier profile may
 * get any of that profile's shards, also from a later issuing CA.
 *
 * @param crlShards number of shards of the current profile
 * @throws {IssuerConflict} if a name belongs to another key, so that directory and database do not match; nothing is
 *   written then
 */
export async function registerIssuers(
  db: Database<'select issuer' | 'insert issuer' | 'update issuer'>,
  { current, all }: { readonly current: KnownIssuer; readonly all: readonly KnownIssuer[] },
  crlShards: number,
  now: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    for (const issuer of all) await register(tx, issuer, crlShards);
    await tx
      .updateTable('issuer')
      .set({ retired_at: now })
      // Only older ones: a signer that has not loaded the newest generation yet must not retire it.
      .where('activated_at', '<', current.notBefore)
      .where('retired_at', 'is', null)
      .execute();
  });
}

async function register(
  tx: Tx<'select issuer' | 'insert issuer' | 'update issuer'>,
  issuer: KnownIssuer,
  crlShards: number,
): Promise<void> {
  const { keyId } = issuer;
  const row = await tx
    .insertInto('issuer')
    .values({
      subject: issuer.subject,
      key_id: keyId,
      certificate: issuer.certificate,
      root: issuer.root,
      not_after: issuer.notAfter,
      crl_shards: sql`greatest(${crlShards}::int, (SELECT max(crl_shards) FROM issuer))`,
      activated_at: issuer.notBefore,
    })
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet({
        crl_shards: sql`greatest(issuer.crl_shards, excluded.crl_shards)`,
      }),
    )
    .returning(['key_id', 'certificate'])
    .executeTakeFirstOrThrow();
  if (row.key_id !== keyId || !row.certificate.equals(issuer.certificate)) {
    throw new IssuerConflict(
      `the database knows another certificate of ${issuer.subject}: it does not belong to this CA directory`,
    );
  }
}

/** The issuing CAs whose certificates have not expired, the newest first: each publishes CRLs. */
export async function issuersInUse(
  db: Database<'select issuer'> | Tx<'select issuer'>,
  now: Date,
): Promise<IssuerRow[]> {
  return db
    .selectFrom('issuer')
    .selectAll()
    .where('not_after', '>', now)
    .orderBy('activated_at', 'desc')
    .execute();
}

/** DER of an issuing CA, then of its root. */
export async function chainOf(
  db: Database<'select issuer'> | Tx<'select issuer'>,
  subject: string,
): Promise<readonly Buffer[] | undefined> {
  const issuer = await issuerBySubject(db, subject);
  return issuer && [issuer.certificate, issuer.root];
}

export async function issuerBySubject(
  db: Database<'select issuer'> | Tx<'select issuer'>,
  subject: string,
): Promise<IssuerRow | undefined> {
  return db.selectFrom('issuer').selectAll().where('subject', '=', subject).executeTakeFirst();
}

/** All issuing CAs, also retired and expired ones, newest first. */
export async function knownIssuers(db: Database<'select issuer'>): Promise<IssuerRow[]> {
  return db.selectFrom('issuer').selectAll().orderBy('activated_at', 'desc').orderBy('subject').execute();
}
