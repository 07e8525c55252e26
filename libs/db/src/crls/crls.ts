import { sql } from 'kysely';
import type { RevocationReason } from '../certificates/revocations.js';
import type { Database, Tx } from '../database.js';
import type { Row } from '../rows.js';

export type CrlRow = Row<'crl'>;

/** One shard of an issuing CA and the last CRL that was published of it. */
export interface ShardState {
  readonly issuer: string;
  readonly shard: number;
  /** Whether the status of one of its certificates changed since. */
  readonly pending: boolean;
  readonly thisUpdate: Date | null;
  readonly nextUpdate: Date | null;
}

/** All shards of these issuing CAs. */
export async function shardsOf(
  db: Database<'select certificate' | 'select crl' | 'select issuer'>,
  issuers: readonly string[],
): Promise<ShardState[]> {
  const { rows } = await sql<ShardState>`
    SELECT i.subject AS issuer, s.shard, l.this_update AS "thisUpdate", l.next_update AS "nextUpdate",
      EXISTS (SELECT FROM certificate c
        WHERE c.issuer = i.subject AND c.crl_shard = s.shard AND c.crl_pending) AS pending
    FROM issuer i
    CROSS JOIN LATERAL generate_series(0, i.crl_shards - 1) AS s (shard)
    LEFT JOIN LATERAL (SELECT this_update, next_update FROM crl
      WHERE crl.issuer = i.subject AND crl.shard = s.shard ORDER BY number DESC LIMIT 1) l ON true
    WHERE i.subject = any(${issuers}::text[])
    ORDER BY i.subject, s.shard`.execute(db);
  return rows;
}

/** Lets one publisher after the other at a shard; held until the transaction ends. */
export async function lockShard(tx: Tx<never>, issuer: string, shard: number): Promise<void> {
  const name = `reseal-crl/${issuer}/${shard}`;
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx);
}

/**
 * Takes note that the CRL about to be signed shows the status of the shard's certificates that wait for one, and
 * keeps that status as it is until the transaction ends. Certificates that are being changed at this moment wait
 * for the next CRL, so that nobody waits for anybody.
 *
 * @returns how many there are
 */
export async function markPendingAsPublished(
  tx: Tx<'select certificate' | 'update certificate'>,
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
        .where('crl_pending', '=', true)
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
 * The certificates a shard's CRL lists: revoked, on hold, or given up while being signed. One that has expired is
 * listed until a CRL has shown it that was made after its end (RFC 5280 section 3.3).
 *
 * @param last when the CRL before was made; undefined if there is none
 * @param at the moment given to {@link markPendingAsPublished}
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
 * A shard's newest CRL, and when the latest of those before it was made; null if it is the first. Not always the one
 * just before: the clock of a publisher may have run ahead.
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

/** One of the CRLs that a shard ever had. */
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

/** Since when the certificate waits that waits longest for a CRL of these issuing CAs to show its status. */
export async function oldestPending(
  db: Database<'select certificate'>,
  issuers: readonly string[],
): Promise<Date | undefined> {
  const row = await db
    .selectFrom('certificate')
    .select(({ fn }) => fn.min('status_changed_at').as('since'))
    .where('crl_pending', '=', true)
    .where('issuer', '=', sql<string>`any(${issuers}::text[])`)
    .executeTakeFirst();
  return row?.since ?? undefined;
}
