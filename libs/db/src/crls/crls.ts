import { sql } from 'kysely';
import type { RevocationReason } from '../certificates/revocations.js';
import type { Database, RoleTx, Tx } from '../database.js';
import type { Row } from '../rows.js';

export type CrlRow = Row<'crl'>;

/** One shard of an issuing CA and its newest CRL. */
export interface ShardState {
  readonly issuer: string;
  readonly shard: number;
  /** Whether the status of a certificate has changed since that CRL. */
  readonly pending: boolean;
  /** The newest CRL's; null if the shard has none yet. */
  readonly number: string | null;
  readonly entries: number | null;
  readonly thisUpdate: Date | null;
  readonly nextUpdate: Date | null;
}

/** All shards of these issuing CAs. */
export async function shardsOf(
  db: Database<'select certificate' | 'select crl' | 'select issuer'>,
  issuers: readonly string[],
): Promise<ShardState[]> {
  const { rows } = await sql<ShardState>`
    SELECT i.subject AS issuer, s.shard, l.number, l.entries, l.this_update AS "thisUpdate",
      l.next_update AS "nextUpdate",
      EXISTS (SELECT FROM certificate c
        WHERE c.issuer = i.subject AND c.crl_shard = s.shard AND c.crl_pending) AS pending
    FROM issuer i
    CROSS JOIN LATERAL generate_series(0, i.crl_shards - 1) AS s (shard)
    LEFT JOIN LATERAL (SELECT number, entries, this_update, next_update FROM crl
      WHERE crl.issuer = i.subject AND crl.shard = s.shard ORDER BY number DESC LIMIT 1) l ON true
    WHERE i.subject = any(${issuers}::text[])
    ORDER BY i.subject, s.shard`.execute(db);
  return rows;
}

/** Locks a shard until the transaction ends, so that publishers take turns. */
export async function lockShard(tx: Tx<never>, issuer: string, shard: number): Promise<void> {
  const name = `reseal-crl/${issuer}/${shard}`;
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx);
}

/**
 * Records that the next CRL shows the status of the shard's pending certificates, and locks them until the transaction
 * ends. Certificates that another transaction has locked are skipped and wait for the CRL after it, so that no
 * transaction waits for another.
 *
 * @returns the number of certificates
 */
export async function markPendingAsPublished(
  tx: RoleTx<'signer'>,
  issuer: string,
  shard: number,
  at: Date,
): Promise<number> {
  const result = await tx
    .updateTable('certificate')
    .set({ crl_pending: false, crl_published_at: at })
    .where('serial', 'in', (query) =>
      query
        .selectFrom('certificate')
        .select('serial')
        .where('issuer', '=', issuer)
        .where('crl_shard', '=', shard)
        .where('crl_pending', '=', sql.lit(true))
        .forNoKeyUpdate()
        .skipLocked(),
    )
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** A certificate as its CRL shows it. */
export interface RevokedCertificate {
  readonly serial: string;
  readonly revokedAt: Date;
  readonly reason: RevocationReason;
  readonly invalidityDate: Date | null;
}

/**
 * The certificates that a shard's CRL lists: revoked, on hold, or abandoned while being signed. An expired certificate is
 * listed until it has been on a CRL made after its expiry (RFC 5280 section 3.3).
 *
 * @param last time of the previous CRL; undefined if there is none
 * @param at the time passed to {@link markPendingAsPublished}
 */
export async function listedCertificates(
  tx: Tx<'select certificate'>,
  issuer: string,
  shard: number,
  last: Date | undefined,
  at: Date,
): Promise<RevokedCertificate[]> {
  return tx
    .selectFrom('certificate')
    .select(({ fn, eb }) => [
      'serial',
      fn.coalesce('revoked_at', 'hold_at').$notNull().as('revokedAt'),
      eb
        .case()
        .when('revoked_at', 'is', null)
        .then('certificateHold' as RevocationReason)
        .else(fn.coalesce('revocation_reason', sql.lit<RevocationReason>('unspecified')))
        .end()
        .as('reason'),
      'invalidity_date as invalidityDate',
    ])
    .where('issuer', '=', issuer)
    .where('crl_shard', '=', shard)
    .where(({ or, eb }) => or([eb('revoked_at', 'is not', null), eb('hold_at', 'is not', null)]))
    .$if(last !== undefined, (query) =>
      query.where(({ or, eb }) => or([eb('not_after', '>=', last!), eb('crl_published_at', '=', at)])),
    )
    .orderBy('revokedAt')
    .orderBy('serial')
    .execute();
}

export async function insertCrl(tx: Tx<'insert crl'>, crl: CrlRow): Promise<void> {
  await tx.insertInto('crl').values(crl).execute();
}

/** A shard's newest CRL. */
export async function latestCrl(
  db: Database<'select crl'> | Tx<'select crl'>,
  issuer: string,
  shard: number,
): Promise<CrlRow | undefined> {
  return db
    .selectFrom('crl')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('shard', '=', shard)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/**
 * A shard's newest CRL, and the latest `thisUpdate` of all earlier ones; null if it is the first. The CRL with the latest
 * time is not always the previous number: a publisher's clock may have been ahead.
 */
export async function newestCrl(
  db: Database<'select crl'>,
  issuer: string,
  shard: number,
): Promise<(CrlRow & { earlier_update: Date | null }) | undefined> {
  return db
    .selectFrom('crl')
    .selectAll()
    .select((query) =>
      query
        .selectFrom('crl as before')
        .whereRef('before.issuer', '=', 'crl.issuer')
        .whereRef('before.shard', '=', 'crl.shard')
        .whereRef('before.number', '<', 'crl.number')
        .select(({ fn }) => fn.max('before.this_update').as('at'))
        .as('earlier_update'),
    )
    .where('issuer', '=', issuer)
    .where('shard', '=', shard)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** A CRL of a shard by its number. */
export async function crlByNumber(
  db: Database<'select crl'>,
  issuer: string,
  shard: number,
  number: string,
): Promise<CrlRow | undefined> {
  return db
    .selectFrom('crl')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('shard', '=', shard)
    .where('number', '=', number)
    .executeTakeFirst();
}

/** The earliest status change that no CRL of these issuing CAs shows yet. */
export async function oldestPending(
  db: Database<'select certificate'>,
  issuers: readonly string[],
): Promise<Date | undefined> {
  const row = await db
    .selectFrom('certificate')
    .select(({ fn }) => fn.min('status_changed_at').as('since'))
    .where('crl_pending', '=', sql.lit(true))
    .where('issuer', '=', sql<string>`any(${issuers}::text[])`)
    .executeTakeFirst();
  return row?.since ?? undefined;
}
