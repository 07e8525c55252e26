import type { State } from '#libs/domain';
import { sql } from 'kysely';
import type { Database } from '../database.js';

/** A period: `from` is part of it, `to` is not. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** Reissues that started in one hour. */
interface HourOfArrivals {
  readonly hour: Date;
  readonly reissues: number;
}

/** Reissues that ended in one hour with one state and code. */
interface HourOfEnds {
  readonly hour: Date;
  readonly state: State;
  readonly code: string | null;
  readonly reissues: number;
}

/** How long registered reissues took from their start to their certificate, in milliseconds; null if there are none. */
interface TimeToCertificate {
  readonly p50: number | null;
  readonly p95: number | null;
}

export async function arrivalsByHour(
  db: Database<'select reissue'>,
  { from, to }: Period,
): Promise<HourOfArrivals[]> {
  const { rows } = await sql<HourOfArrivals>`
    SELECT date_trunc('hour', created_at) AS hour, count(*)::int AS reissues
    FROM reissue WHERE created_at >= ${from} AND created_at < ${to} GROUP BY 1 ORDER BY 1`.execute(db);
  return rows;
}

export async function endsByHour(
  db: Database<'select reissue'>,
  { from, to }: Period,
): Promise<HourOfEnds[]> {
  const { rows } = await sql<HourOfEnds>`
    SELECT date_trunc('hour', ended_at) AS hour, state, end_code AS code, count(*)::int AS reissues
    FROM reissue WHERE ended_at >= ${from} AND ended_at < ${to} AND purged_at IS NULL
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(db);
  return rows;
}

export async function timeToCertificate(
  db: Database<'select reissue'>,
  { from, to }: Period,
): Promise<TimeToCertificate> {
  const { rows } = await sql<TimeToCertificate>`
    SELECT round(1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY took))::float8 AS p50,
      round(1000 * percentile_cont(0.95) WITHIN GROUP (ORDER BY took))::float8 AS p95
    FROM (SELECT extract(epoch FROM issued_at - created_at)::float8 AS took FROM reissue
      WHERE ended_at >= ${from} AND ended_at < ${to} AND purged_at IS NULL
        AND state = 'REGISTERED' AND issued_at IS NOT NULL) AS registered`.execute(db);
  return rows[0]!;
}

/** What a parked step waited for: an identity method, `several`, `signer`, or `none`; null in older entries. */
export async function parkedSystems(
  db: Database<'select audit_entry'>,
  reissueIds: readonly string[],
): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ id: string; system: string | null }>`
    SELECT id, last.system FROM unnest(${reissueIds}::text[]) AS id
    CROSS JOIN LATERAL (SELECT details ->> 'waitsFor' AS system FROM audit_entry
      WHERE reissue_id = id AND action = 'park' ORDER BY sequence DESC LIMIT 1) AS last`.execute(db);
  return new Map(rows.map(({ id, system }) => [id, system]));
}

/** The parked reissues of one step and one system. */
interface ParkedBySystem {
  readonly step: string;
  readonly system: string | null;
  readonly reissues: number;
  /** When the oldest of them was parked. */
  readonly oldest: Date;
}

/** Counts the `most` reissues that have been parked for longest, by step and by what they wait for. */
export async function parkedBySystem(
  db: Database<'select audit_entry' | 'select reissue'>,
  most: number,
): Promise<ParkedBySystem[]> {
  const { rows } = await sql<ParkedBySystem>`
    SELECT parked_step AS step, last.system, count(*)::int AS reissues, min(parked_since) AS oldest
    FROM (SELECT reissue_id, parked_step, parked_since FROM reissue
      WHERE parked_step IS NOT NULL ORDER BY parked_since, reissue_id LIMIT ${most}) AS parked
    LEFT JOIN LATERAL (SELECT details ->> 'waitsFor' AS system FROM audit_entry AS entry
      WHERE entry.reissue_id = parked.reissue_id AND action = 'park' ORDER BY sequence DESC LIMIT 1) AS last ON true
    GROUP BY 1, 2 ORDER BY 4, 1, 2`.execute(db);
  return rows;
}

/** What one identity method's provider was asked for. */
interface MethodTraffic {
  readonly method: string;
  /** Challenges that it was to send. */
  readonly asked: number;
  /** Challenges that it has not confirmed in time. */
  readonly unsent: number;
  /** Challenges that were answered correctly. */
  readonly accepted: number;
}

/** The challenges of the newest reissues since a time, at most `most` of them, by method. */
export async function challengesByMethod(
  db: Database<'select challenge' | 'select reissue'>,
  { since, unsentBefore, most }: { readonly since: Date; readonly unsentBefore: Date; readonly most: number },
): Promise<MethodTraffic[]> {
  const { rows } = await sql<MethodTraffic>`
    SELECT method, count(*)::int AS asked,
      count(*) FILTER (WHERE challenge.state = 'PREPARED' AND challenge.created_at < ${unsentBefore})::int AS unsent,
      count(*) FILTER (WHERE challenge.state = 'ACCEPTED')::int AS accepted
    FROM (SELECT reissue_id FROM reissue WHERE created_at >= ${since}
      ORDER BY created_at DESC, reissue_id LIMIT ${most}) AS recent
    JOIN challenge USING (reissue_id)
    GROUP BY method ORDER BY method`.execute(db);
  return rows;
}
