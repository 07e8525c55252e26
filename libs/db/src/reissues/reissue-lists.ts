import {
  endCodes,
  finalStates,
  openStates,
  parkableSteps,
  parkCodes,
  reasons,
  states,
  type EndCode,
  type ParkCode,
  type ReissueFilter,
} from '#libs/domain';
import { sql, type RawBuilder } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { ReissueRow } from '../rows.js';

/** The columns of a reissue that staff see: none of them identifies a person. */
const columns = [
  'reissue_id',
  'receipt_number',
  'state',
  'reason',
  'effective_reason',
  'basis',
  'applicant_by',
  'customer_ref',
  'methods',
  'identity_attempts',
  'password_attempts',
  'old_serial',
  'serial',
  'parked_step',
  'parked_since',
  'parked_code',
  'park_sequence',
  'deadline',
  'cooling_off_until',
  'steps',
  'identity_verified_at',
  'password_verified_at',
  'consents_completed_at',
  'issued_at',
  'downloaded_at',
  'ended_at',
  'end_code',
  'archived_at',
  'created_at',
  'updated_at',
] as const satisfies (keyof ReissueRow)[];

export type ListedReissue = Pick<ReissueRow, (typeof columns)[number]>;

/** Sort orders of lists. Equal values are sorted by id, so that pages never overlap. */
export const reissueSorts = ['-createdAt', 'createdAt', 'parkedSince'] as const;
export type ReissueSort = (typeof reissueSorts)[number];

/** The last reissue of the previous page: its value in the sort column, as PostgreSQL prints it, and its id. */
export interface ReissueCursor {
  readonly time: string;
  readonly id: string;
}

type Condition = RawBuilder<unknown>;
/** Conditions that split a list: each reissue meets exactly one, and each condition reads its rows in order of an index. */
type Branches = readonly Condition[];

/**
 * A page of the reissues that match the filter, in sort order; `parkedSince` lists parked ones only. The time does not
 * depend on the number of reissues: a column with several allowed values is read value by value, each in the order of its
 * index, and the results are merged.
 */
export async function listReissues(
  db: Database<'select reissue'> | Tx<'select reissue'>,
  filter: ReissueFilter,
  {
    sort,
    limit,
    after,
  }: { readonly sort: ReissueSort; readonly limit: number; readonly after?: ReissueCursor },
): Promise<(ListedReissue & { place: ReissueCursor })[]> {
  const { column, order, later } = sortings[sort];
  const { branches, everywhere } = conditionsOf(
    sort === 'parkedSince' ? { ...filter, parked: true } : filter,
  );
  if (branches.length === 0) return [];
  const conditions = after ? [...everywhere, later(after)] : everywhere;
  const pages = branches.map(
    (branch) => sql`(
      SELECT ${sql.join(columns.map((name) => sql.ref(name)))}, ${column}::text AS place_time
      FROM reissue WHERE ${allOf([branch, ...conditions])} ORDER BY ${order} LIMIT ${limit})`,
  );
  const { rows } = await sql<ListedReissue & { place_time: string }>`
    SELECT * FROM (${sql.join(pages, sql` UNION ALL `)}) AS page ORDER BY ${order} LIMIT ${limit}`.execute(
    db,
  );
  return rows.map(({ place_time: time, ...row }) => ({ ...row, place: { time, id: row.reissue_id } }));
}

/** The ids of the reissues that match the filter, oldest first, at most `limit`: the targets of an operation. */
export async function reissueIdsOf(
  db: Database<'select reissue'> | Tx<'select reissue'>,
  filter: ReissueFilter,
  limit: number,
): Promise<string[]> {
  const rows = await listReissues(db, filter, { sort: 'createdAt', limit });
  return rows.map(({ reissue_id: id }) => id);
}

const sortings = {
  '-createdAt': {
    column: sql`created_at`,
    order: sql`created_at DESC, reissue_id`,
    later: ({ time, id }: ReissueCursor) =>
      sql`created_at <= ${time}::timestamptz AND (created_at < ${time}::timestamptz OR reissue_id > ${id})`,
  },
  createdAt: {
    column: sql`created_at`,
    // The same index, read backwards.
    order: sql`created_at, reissue_id DESC`,
    later: ({ time, id }: ReissueCursor) =>
      sql`created_at >= ${time}::timestamptz AND (created_at > ${time}::timestamptz OR reissue_id < ${id})`,
  },
  parkedSince: {
    column: sql`parked_since`,
    order: sql`parked_since, reissue_id`,
    later: ({ time, id }: ReissueCursor) => sql`(parked_since, reissue_id) > (${time}::timestamptz, ${id})`,
  },
} as const satisfies Record<
  ReissueSort,
  { column: Condition; order: Condition; later: (place: ReissueCursor) => Condition }
>;

/** Columns by which reissues are counted. */
export const reissueGroupings = ['state', 'step', 'code', 'reason'] as const;
export type ReissueGrouping = (typeof reissueGroupings)[number];

/** A number of reissues; `exact: false` if counting stopped at {@link countLimit}. */
export interface CountedReissues {
  readonly count: number;
  readonly exact: boolean;
}

/** Counting stops here: exact numbers above it take long and are not needed. */
const countLimit = 10_000;

/** Counts the reissues that match the filter. */
export async function countReissues(
  db: Database<'select reissue'>,
  filter: ReissueFilter,
): Promise<CountedReissues> {
  const { branches, everywhere } = conditionsOf(filter);
  if (branches.length === 0) return { count: 0, exact: true };
  const counts = branches.map((branch) => upTo([branch, ...everywhere]));
  const { rows } = await sql<{ count: string }>`
    SELECT count(*) AS count FROM (
      SELECT FROM (${sql.join(counts, sql` UNION ALL `)}) AS found LIMIT ${countLimit + 1}) AS counted
  `.execute(db);
  return counted(rows[0]!.count);
}

/** Counts the reissues that match the filter for each value of a column. Values without reissues are left out. */
export async function countReissuesBy(
  db: Database<'select reissue'>,
  filter: ReissueFilter,
  by: ReissueGrouping,
): Promise<(CountedReissues & { value: string })[]> {
  const values = groupings[by].filter(
    (value) => (filter[by] as readonly string[] | undefined)?.includes(value) ?? true,
  );
  const counts = values.flatMap((value) => {
    const { branches, everywhere } = conditionsOf({ ...filter, [by]: [value] });
    return branches.map(
      (branch) => sql`
        SELECT ${value}::text AS value, count(*) AS count FROM (${upTo([branch, ...everywhere])}) AS found`,
    );
  });
  if (counts.length === 0) return [];
  const { rows } = await sql<{ value: string; count: string }>`${sql.join(counts, sql` UNION ALL `)}`.execute(
    db,
  );
  const sums = new Map<string, number>();
  for (const { value, count } of rows) sums.set(value, (sums.get(value) ?? 0) + Number(count));
  return [...sums].filter(([, count]) => count > 0).map(([value, count]) => ({ value, ...counted(count) }));
}

const groupings: Readonly<Record<ReissueGrouping, readonly string[]>> = {
  state: states,
  step: parkableSteps,
  code: [...parkCodes, ...endCodes],
  reason: reasons,
};

const upTo = (conditions: readonly Condition[]) =>
  sql`(SELECT FROM reissue WHERE ${allOf(conditions)} LIMIT ${countLimit + 1})`;

const counted = (count: string | number): CountedReissues => ({
  count: Math.min(Number(count), countLimit),
  exact: Number(count) <= countLimit,
});

const allOf = (conditions: readonly Condition[]) => sql.join(conditions, sql` AND `);

/** Splits a filter into conditions that an index answers, and conditions on the rows found. */
function conditionsOf(filter: ReissueFilter): { branches: Branches; everywhere: readonly Condition[] } {
  const wanted = statesOf(filter);
  const codes = filter.code && {
    parked: parkCodes.filter((code) => filter.code!.includes(code)),
    ended: endCodes.filter((code) => filter.code!.includes(code)),
  };
  const everywhere: Condition[] = [
    ...(filter.customerRef === undefined ? [] : [sql`customer_ref = ${filter.customerRef}`]),
    ...(filter.receiptNumber === undefined ? [] : [sql`receipt_number = ${filter.receiptNumber}`]),
    ...(filter.createdFrom === undefined ? [] : [sql`created_at >= ${filter.createdFrom}::timestamptz`]),
    ...(filter.createdTo === undefined ? [] : [sql`created_at < ${filter.createdTo}::timestamptz`]),
    ...(filter.parked === false ? [sql`parked_step IS NULL`] : []),
    ...(filter.step ? [oneOf('parked_step', filter.step)] : []),
    ...(filter.parkedBefore === undefined ? [] : [sql`parked_since < ${filter.parkedBefore}::timestamptz`]),
  ];
  const narrow = filter.parked === true || filter.step !== undefined || filter.parkedBefore !== undefined;
  const byReason = filter.reason ? [oneOf('reason', filter.reason)] : [];
  const byState = wanted ? [oneOf('state', wanted)] : [];
  const rest = [...everywhere, ...byReason];

  if (codes) return { branches: branchesOfCodes(codes, narrow, wanted), everywhere: [...rest, ...byState] };
  if (narrow) return { branches: [isParked], everywhere: [...rest, ...byState] };
  if (filter.customerRef !== undefined || filter.receiptNumber !== undefined)
    return { branches: [sql`true`], everywhere: [...rest, ...byState] };
  if (wanted) return { branches: wanted.map((state) => sql`state = ${state}`), everywhere: rest };
  if (filter.reason)
    return { branches: [...new Set(filter.reason)].map((reason) => sql`reason = ${reason}`), everywhere };
  return { branches: [sql`true`], everywhere };
}

const isParked = sql`parked_step IS NOT NULL`;

/**
 * A row has a park code while it is parked and an end code after it ended without registration, never both. Rows in
 * states that cannot have a code are not read: there may be very many.
 */
function branchesOfCodes(
  { parked, ended }: { parked: readonly ParkCode[]; ended: readonly EndCode[] },
  parkedOnly: boolean,
  wanted: readonly string[] = states,
): Branches {
  const some = (those: readonly string[]) => wanted.some((state) => those.includes(state));
  const endedUnregistered = finalStates.filter((state) => state !== 'REGISTERED');
  return [
    ...(parked.length > 0 && some(openStates) ? [sql`${isParked} AND ${oneOf('parked_code', parked)}`] : []),
    ...(parkedOnly || !some(endedUnregistered) ? [] : ended.map((code) => sql`end_code = ${code}`)),
  ];
}

/** The states that a filter allows; undefined if it allows all. */
function statesOf({ state, open }: ReissueFilter): readonly string[] | undefined {
  const wanted: readonly string[] | undefined = state && [...new Set(state)];
  if (open === undefined) return wanted;
  const allowed: readonly string[] = open ? openStates : finalStates;
  return wanted ? allowed.filter((each) => wanted.includes(each)) : allowed;
}

const oneOf = (column: string, values: readonly string[]): Condition =>
  sql`${sql.ref(column)} = any(${values}::text[])`;

/** One reissue with the columns that staff see. */
export async function listedReissue(
  db: Database<'select reissue'> | Tx<'select reissue'>,
  reissueId: string,
): Promise<ListedReissue | undefined> {
  return db.selectFrom('reissue').select(columns).where('reissue_id', '=', reissueId).executeTakeFirst();
}
