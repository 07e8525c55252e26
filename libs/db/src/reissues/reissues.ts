import { sql } from 'kysely';
import type { Database, RoleTx, Tx } from '../database.js';
import { auditParts, type NewAuditEntry } from '../audit/audit.js';
import { eventPart, type NewEvent } from '../events/events.js';
import type { NewReissue, ReissueChanges, ReissueRow } from '../rows.js';
import { withParts, type WritePart } from '../writes.js';

export async function findReissue(
  db: Database<'select reissue'> | Tx<'select reissue'>,
  reissueId: string,
): Promise<ReissueRow | undefined> {
  return db.selectFrom('reissue').selectAll().where('reissue_id', '=', reissueId).executeTakeFirst();
}

/** The id of the reissue with this receipt number, in its stored form. */
export async function reissueIdOfReceipt(
  db: Database<'select reissue'>,
  receiptNumber: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('reissue')
    .select('reissue_id')
    .where('receipt_number', '=', receiptNumber)
    .executeTakeFirst();
  return row?.reissue_id;
}

/** Reads and locks the row, so that steps of a reissue run one after another. Rows that refer to it can still be inserted. */
export async function lockReissue(
  tx: Tx<'select reissue' | 'update reissue'>,
  reissueId: string,
): Promise<ReissueRow | undefined> {
  return tx
    .selectFrom('reissue')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** Inserts the row. @returns undefined if it exists already */
export async function insertReissue(
  tx: Tx<'insert reissue' | 'select reissue'>,
  row: NewReissue,
): Promise<ReissueRow | undefined> {
  return tx
    .insertInto('reissue')
    .values(row)
    .onConflict((conflict) => conflict.column('reissue_id').doNothing())
    .returningAll()
    .executeTakeFirst();
}

/** The reissues with these ids that exist, in no order. */
export async function findReissues(
  db: Database<'select reissue'> | Tx<'select reissue'>,
  reissueIds: readonly string[],
): Promise<ReissueRow[]> {
  return db
    .selectFrom('reissue')
    .selectAll()
    .where((is) => is('reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .execute();
}

/** What is written in one statement with the changes of a reissue. */
export interface ReissueWrites {
  readonly events?: readonly NewEvent[];
  readonly audits?: readonly NewAuditEntry[];
  /** Further writes. They may change neither the reissue nor a row twice. */
  readonly others?: readonly WritePart[];
}

/** Changes a row, and writes all that belongs to the change in the same statement. The caller holds the lock on the row. */
export async function updateReissue(
  tx: RoleTx<'worker'>,
  reissueId: string,
  changes: ReissueChanges,
  { events = [], audits = [], others = [] }: ReissueWrites = {},
): Promise<void> {
  const counted = audits.length > 0 && {
    audit_sequence: sql<number>`audit_sequence + ${audits.length}::int`,
  };
  const entries = audits.map((entry) => ({ ...entry, reissueId }));
  await withParts(tx, {
    changed: tx
      .updateTable('reissue')
      .set({ ...changes, ...counted })
      .where('reissue_id', '=', reissueId)
      .returning(['reissue_id', 'audit_sequence']),
    ...(audits.length > 0 ? auditParts(entries, 'changed') : {}),
    ...(events.length > 0 ? { event_part: eventPart(tx, events) } : {}),
    ...Object.fromEntries(others.map((part, index) => [`part_${index}`, part])),
  })
    .selectFrom(sql<{ reissue_id: string }>`changed`.as('changed'))
    .select('reissue_id')
    .executeTakeFirstOrThrow();
}

/**
 * Records the first download; later ones change nothing.
 *
 * @returns false if the certificate can no longer be downloaded, because it was withdrawn meanwhile
 */
export async function markDownloaded(
  db: Database<'select reissue' | 'update reissue'>,
  reissueId: string,
  at: Date,
): Promise<boolean> {
  const row = await db
    .updateTable('reissue')
    .set({ downloaded_at: sql<Date>`coalesce(downloaded_at, ${at})` })
    .where('reissue_id', '=', reissueId)
    .where('state', 'in', ['ISSUED', 'REGISTERED'])
    .returning('reissue_id')
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * The open reissues of a customer whose identity is verified; locked.
 *
 * @param except the id of a reissue to leave out
 */
export async function openReissuesOf(
  tx: Tx<'select reissue' | 'update reissue'>,
  customerId: string,
  except = '',
): Promise<ReissueRow[]> {
  return tx
    .selectFrom('reissue')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('reissue_id', '!=', except)
    .where('ended_at', 'is', null)
    .where('identity_verified_at', 'is not', null)
    .orderBy('reissue_id')
    .forNoKeyUpdate()
    .execute();
}

/** An open reissue that has not changed for some time. */
export type IdleReissue = Pick<ReissueRow, 'reissue_id' | 'state'>;

/** Open reissues without a change since `before`, those that waited longest first, for the reconciler. */
export async function idleReissues(db: Database<'select reissue'>, before: Date): Promise<IdleReissue[]> {
  return db
    .selectFrom('reissue')
    .select(['reissue_id', 'state'])
    .where('ended_at', 'is', null)
    .where('updated_at', '<', before)
    .orderBy('updated_at')
    .execute();
}
