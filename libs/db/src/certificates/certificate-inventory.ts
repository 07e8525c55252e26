import { externalProfile } from '#libs/domain';
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../database.js';
import { listedColumns, type ListedCertificate } from './certificate-lists.js';

/**
 * The parts of the inventory. Valid and expired certificates are those on file: the newest of their customers. `EXPIRING` is
 * the part of `VALID` that expires soon.
 */
export const inventoryParts = ['EXPIRING', 'VALID', 'ON_HOLD', 'REVOKED', 'EXPIRED'] as const;
export type InventoryPart = (typeof inventoryParts)[number];

/** The times that bound the parts. */
interface InventoryTimes {
  readonly now: Date;
  /** A certificate that expires before this time expires soon. */
  readonly soon: Date;
}

/** The last certificate of the previous page: its value in the sort column, as PostgreSQL prints it, and its serial. */
export interface InventoryPlace {
  readonly time: string;
  readonly serial: string;
}

type Condition = RawBuilder<unknown>;
interface Order {
  readonly column: Condition;
  readonly descending: boolean;
}

const inForce = sql`on_file AND revoked_at IS NULL AND hold_at IS NULL`;
const conditions: Readonly<Record<InventoryPart, (times: InventoryTimes) => Condition>> = {
  EXPIRING: ({ now, soon }) => sql`${inForce} AND not_after > ${now} AND not_after < ${soon}`,
  VALID: ({ now }) => sql`${inForce} AND not_after > ${now}`,
  ON_HOLD: ({ now }) => sql`hold_at IS NOT NULL AND revoked_at IS NULL AND not_after > ${now}`,
  REVOKED: () => sql`revoked_at IS NOT NULL`,
  EXPIRED: ({ now }) => sql`on_file AND revoked_at IS NULL AND not_after <= ${now}`,
};
/** What needs attention first: soonest expiry, longest hold, newest revocation. */
const orders: Readonly<Record<InventoryPart, Order>> = {
  EXPIRING: { column: sql`not_after`, descending: false },
  VALID: { column: sql`not_after`, descending: false },
  ON_HOLD: { column: sql`hold_at`, descending: false },
  REVOKED: { column: sql`revoked_at`, descending: true },
  EXPIRED: { column: sql`not_after`, descending: true },
};

interface Page {
  readonly limit: number;
  readonly after?: InventoryPlace;
}

/** A page of one part of the inventory. Its time does not depend on the number of certificates. */
export async function listInventory(
  db: Database<'select certificate' | 'select customer'>,
  part: InventoryPart,
  times: InventoryTimes,
  page: Page,
): Promise<(ListedCertificate & { place: InventoryPlace })[]> {
  const { rows } = await inventoryPage(part, times, page).execute(db);
  return rows.map(({ place_time: time, ...row }) => ({ ...row, place: { time, serial: row.serial } }));
}

/** The statement of {@link listInventory}. */
export function inventoryPage(
  part: InventoryPart,
  times: InventoryTimes,
  { limit, after }: Page,
): RawBuilder<ListedCertificate & { readonly place_time: string }> {
  const { column, descending } = orders[part];
  const direction = descending ? sql`DESC` : sql`ASC`;
  const order = sql`${column} ${direction}, serial ${direction}`;
  const later = after
    ? sql`AND (${column}, serial) ${descending ? sql`<` : sql`>`} (${after.time}::timestamptz, ${after.serial})`
    : sql``;
  return sql`
    SELECT page.*, customer_ref FROM (
      SELECT ${sql.join(listedColumns.map((name) => sql.ref(name)))}, customer_id, ${column}::text AS place_time
      FROM certificate WHERE ${conditions[part](times)} ${later} ORDER BY ${order} LIMIT ${limit}
    ) AS page LEFT JOIN customer USING (customer_id) ORDER BY ${order}`;
}

/** Counting stops here: exact numbers above it take long and are not needed. */
export const inventoryCountLimit = 10_000;

/** How many certificates each part has, at most {@link inventoryCountLimit} and one. */
export async function countInventory(
  db: Database<'select certificate'>,
  times: InventoryTimes,
): Promise<{ part: InventoryPart; certificates: number }[]> {
  const counts = inventoryParts.map(
    (part) => sql`
      SELECT ${sql.lit(part)} AS part, count(*)::int AS certificates
      FROM (SELECT FROM certificate WHERE ${conditions[part](times)} LIMIT ${inventoryCountLimit + 1}) AS found`,
  );
  const { rows } = await sql<{
    part: InventoryPart;
    certificates: number;
  }>`${sql.join(counts, sql` UNION ALL `)}`.execute(db);
  return rows;
}

/** Certificates of one calendar day in Korea, `YYYY-MM-DD`. */
export interface CertificatesOfDay {
  readonly day: string;
  readonly certificates: number;
}

const koreanDay = (column: Condition) => sql`to_char(${column} AT TIME ZONE 'Asia/Seoul', 'YYYY-MM-DD')`;

/** How many certificates the CA issued on each day since a time, without days of none. */
export async function issuedByDay(
  db: Database<'select certificate'>,
  since: Date,
): Promise<CertificatesOfDay[]> {
  const { rows } = await sql<CertificatesOfDay>`
    SELECT ${koreanDay(sql`stored_at`)} AS day, count(*)::int AS certificates FROM certificate
    WHERE stored_at >= ${since} AND profile <> ${sql.lit(externalProfile)} GROUP BY 1 ORDER BY 1`.execute(db);
  return rows;
}

/** How many certificates that are valid now expire on each day until a time, without days of none. */
export async function expiringByDay(
  db: Database<'select certificate'>,
  times: InventoryTimes,
): Promise<CertificatesOfDay[]> {
  const { rows } = await sql<CertificatesOfDay>`
    SELECT ${koreanDay(sql`not_after`)} AS day, count(*)::int AS certificates FROM certificate
    WHERE ${conditions.EXPIRING(times)} GROUP BY 1 ORDER BY 1`.execute(db);
  return rows;
}
