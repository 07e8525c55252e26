import { sql } from 'kysely';
import type { Database } from '../database.js';

/** The CRLs of one issuing CA over all shards. */
export interface CrlOverview {
  readonly issuer: string;
  readonly shards: number;
  readonly newestNumber: number;
  /** The earliest `thisUpdate` and the earliest `nextUpdate` of the shards' newest CRLs. */
  readonly oldestThisUpdate: Date;
  readonly firstNextUpdate: Date;
  readonly entries: number;
}

/** Counts of CRLs and open signatures, for operators. */
export interface AuthorityOverview {
  readonly crls: readonly CrlOverview[];
  /** Certificates whose current status is not in a CRL yet. */
  readonly waitingForCrl: number;
  /** The number of certificates being signed; `oldestIntent` is the time of the oldest intent. */
  readonly openIntents: number;
  readonly oldestIntent: Date | null;
}

export async function authorityOverview(
  db: Database<'select certificate' | 'select crl'>,
): Promise<AuthorityOverview> {
  const crls = await sql<CrlOverview>`
    SELECT issuer, count(*)::int AS shards, max(number)::int AS "newestNumber",
      min(this_update) AS "oldestThisUpdate", min(next_update) AS "firstNextUpdate", sum(entries)::int AS entries
    FROM (SELECT DISTINCT ON (issuer, shard) issuer, number, this_update, next_update, entries
      FROM crl ORDER BY issuer, shard, number DESC) AS newest
    GROUP BY issuer ORDER BY issuer`.execute(db);
  const certificates = await sql<Omit<AuthorityOverview, 'crls'>>`
    SELECT (SELECT count(*)::int FROM certificate WHERE crl_pending) AS "waitingForCrl",
      count(*)::int AS "openIntents", min(created_at) AS "oldestIntent"
    FROM certificate WHERE state = 'INTENT'`.execute(db);
  return { crls: crls.rows, ...certificates.rows[0]! };
}
