import { sql } from 'kysely';
import type { Database } from '../database.js';

/** The CRLs of one issuing CA, all shards taken together. */
export interface CrlOverview {
  readonly issuer: string;
  readonly shards: number;
  readonly newestNumber: number;
  /** When the oldest of the shards' last CRLs was made, and when the first of them ends. */
  readonly oldestThisUpdate: Date;
  readonly firstNextUpdate: Date;
  readonly entries: number;
}

/** What an operator wants to know of the CA's work at a glance. */
export interface AuthorityOverview {
  readonly crls: readonly CrlOverview[];
  /** Certificates whose status no CRL shows yet. */
  readonly waitingForCrl: number;
  /** Certificates that are being signed, and since when the longest. */
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
