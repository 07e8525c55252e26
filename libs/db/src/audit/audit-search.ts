import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../database.js';
import type { AuditRow } from './audit-log.js';

/** Conditions of a search; an entry must meet all that are given. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly customerRef?: string | undefined;
  readonly serial?: string | undefined;
  readonly reissueId?: string | undefined;
  /** Inclusive. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
}

/** The last entry of the previous page, by the columns of {@link AuditSearchResult}. */
export interface AuditCursor {
  readonly time: string;
  readonly stream: string;
  readonly sequence: number;
}

export interface AuditSearchResult extends AuditRow {
  /** `occurred_at` as PostgreSQL prints it, with microseconds. */
  readonly time: string;
  readonly leaf_index: number | null;
}

/** Entries of all streams, newest first. */
export async function searchAuditEntries(
  db: Database<'select audit_entry' | 'select audit_leaf' | 'select authority_entry' | 'select reissue'>,
  filter: AuditFilter,
  after: AuditCursor | undefined,
  limit: number,
): Promise<AuditSearchResult[]> {
  const own = sql`
    SELECT reissue_id AS stream, sequence::bigint AS sequence, actor, action, outcome, reason, details, personal_digest,
      occurred_at, recorded_by, recorded_at
    FROM audit_entry WHERE ${all([
      ...common(filter, after, sql.ref('reissue_id'), sql`sequence`),
      filter.reissueId && sql`reissue_id = ${filter.reissueId}`,
      filter.customerRef &&
        sql`reissue_id IN (SELECT reissue_id FROM reissue WHERE customer_ref = ${filter.customerRef})`,
    ])} ORDER BY occurred_at DESC, reissue_id DESC, sequence DESC LIMIT ${limit}`;
  const outside = sql`
    SELECT 'authority', position, actor, action, outcome, reason, details, NULL, occurred_at,
      recorded_by, recorded_at
    FROM authority_entry WHERE ${all([
      ...common(filter, after, sql`'authority'`, sql`position`),
      filter.reissueId && sql`details ? 'reissueId' AND details ->> 'reissueId' = ${filter.reissueId}`,
      filter.customerRef &&
        sql`details ? 'customerRef' AND details ->> 'customerRef' = ${filter.customerRef}`,
    ])} ORDER BY occurred_at DESC, position DESC LIMIT ${limit}`;
  const { rows } = await sql<AuditSearchResult>`
    SELECT found.*, found.sequence::float8 AS sequence, occurred_at::text AS time, leaf_index::float8 AS leaf_index
    FROM (
      SELECT * FROM ((${own}) UNION ALL (${outside})) AS entry
      ORDER BY occurred_at DESC, stream DESC, sequence DESC LIMIT ${limit}
    ) AS found
    LEFT JOIN audit_leaf AS leaf ON leaf.stream = found.stream AND leaf.sequence = found.sequence
    ORDER BY occurred_at DESC, found.stream DESC, found.sequence DESC`.execute(db);
  return rows;
}

type Condition = RawBuilder<unknown> | '' | undefined;

function common(
  { actor, action, outcome, serial, from, to }: AuditFilter,
  after: AuditCursor | undefined,
  stream: RawBuilder<unknown>,
  sequence: RawBuilder<unknown>,
): Condition[] {
  return [
    actor && sql`actor = ${actor}`,
    action && sql`action = ${action}`,
    outcome && sql`outcome = ${outcome}`,
    serial && sql`details ? 'serial' AND details ->> 'serial' = ${serial}`,
    from && sql`occurred_at >= ${from}`,
    to && sql`occurred_at < ${to}`,
    after && sql`occurred_at <= ${after.time}::timestamptz`,
    after &&
      sql`(occurred_at, ${stream}, ${sequence}) < (${after.time}::timestamptz, ${after.stream}, ${after.sequence})`,
  ];
}

const all = (conditions: readonly Condition[]): RawBuilder<unknown> => {
  const given = conditions.filter(
    (condition): condition is RawBuilder<unknown> => typeof condition === 'object',
  );
  return given.length > 0 ? sql.join(given, sql` AND `) : sql`true`;
};

/** The newest checkpoints of the log. */
export async function newestCheckpoints(db: Database<'select audit_checkpoint'>, limit: number) {
  return db.selectFrom('audit_checkpoint').selectAll().orderBy('size', 'desc').limit(limit).execute();
}

/** The number of equal acts of one actor outside reissues. */
export interface ActSummary {
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly times: number;
  /** The number of different reissues concerned. */
  readonly reissues: number;
  readonly first: Date;
  readonly last: Date;
}

/** The acts of staff and of command-line operators in a period, counted by actor, action and outcome. */
export async function actsOfStaff(
  db: Database<'select authority_entry'>,
  from: Date,
  to: Date,
): Promise<ActSummary[]> {
  const { rows } = await sql<ActSummary>`
    SELECT actor, action, outcome, count(*)::int AS times, count(DISTINCT details ->> 'reissueId')::int AS reissues,
      min(occurred_at) AS first, max(occurred_at) AS last
    FROM authority_entry
    WHERE occurred_at >= ${from} AND occurred_at < ${to} AND (actor LIKE 'staff:%' OR actor LIKE 'operator:%')
    GROUP BY actor, action, outcome ORDER BY actor, action, outcome`.execute(db);
  return rows;
}
