import type { OperationKind, OperationState } from '#libs/domain';
import type { Value } from '../column-types.js';
import { languageOf } from '../reissues/notifications.js';
import { sql } from 'kysely';
import type { Database, RoleDatabase, Tx } from '../database.js';
import type { ReissueCursor } from '../reissues/reissue-lists.js';
import type {
  CertificateRow,
  NewRow,
  OperationApprovalRow,
  OperationItemRow,
  OperationRow,
  ReissueRow,
} from '../rows.js';

export type NewOperation = NewRow<'operation'>;
export type NewOperationItem = Pick<OperationItemRow, 'ordinal' | 'target' | 'park_sequence' | 'plan'>;

export const findOperation = (
  db: Database<'select operation'> | Tx<'select operation'>,
  operationId: string,
): Promise<OperationRow | undefined> =>
  db.selectFrom('operation').selectAll().where('operation_id', '=', operationId).executeTakeFirst();

/** The operation that an earlier run of this request created. */
export const findOperationByRequest = (
  db: Database<'select operation'> | Tx<'select operation'>,
  requestKey: string,
): Promise<OperationRow | undefined> =>
  db.selectFrom('operation').selectAll().where('request_key', '=', requestKey).executeTakeFirst();

export const lockOperation = (
  tx: Tx<'select operation' | 'update operation'>,
  operationId: string,
): Promise<OperationRow | undefined> =>
  tx
    .selectFrom('operation')
    .selectAll()
    .where('operation_id', '=', operationId)
    .forNoKeyUpdate()
    .executeTakeFirst();

/** @returns false if the same request has just created one */
export async function insertOperation(
  tx: Tx<'select operation' | 'insert operation' | 'insert operation_item'>,
  operation: NewOperation,
  items: readonly NewOperationItem[],
): Promise<boolean> {
  const inserted = await tx
    .insertInto('operation')
    .values(operation)
    .onConflict((conflict) => conflict.column('request_key').doNothing())
    .returning('operation_id')
    .executeTakeFirst();
  if (!inserted) return false;
  await insertItems(tx, operation.operation_id, items);
  return true;
}

async function insertItems(
  tx: Tx<'insert operation_item'>,
  operationId: string,
  items: readonly NewOperationItem[],
): Promise<void> {
  await sql`
    INSERT INTO operation_item (operation_id, ordinal, target, park_sequence, plan)
    SELECT ${operationId}, ordinal, target, park_sequence, plan
    FROM jsonb_to_recordset(${JSON.stringify(items)}::jsonb)
      AS given (ordinal int, target text, park_sequence int, plan jsonb)`.execute(tx);
}

/** Replaces the plan of a locked operation and its digest. Confirmations and approvals of the earlier plan are void. */
export async function replacePlan(
  tx: Tx<
    | 'select operation'
    | 'select operation_item'
    | 'insert operation_item'
    | 'update operation'
    | 'delete operation_item'
  >,
  operationId: string,
  plan: Pick<NewOperation, 'selection' | 'parameters' | 'reason' | 'digest' | 'items' | 'updated_at'>,
  items: readonly NewOperationItem[],
): Promise<void> {
  await tx.deleteFrom('operation_item').where('operation_id', '=', operationId).execute();
  await tx
    .updateTable('operation')
    .set({ ...plan, state: 'PLANNED', confirmed_at: null })
    .where('operation_id', '=', operationId)
    .execute();
  await insertItems(tx, operationId, items);
}

export async function setOperationState(
  tx: Tx<'select operation' | 'update operation'>,
  operationId: string,
  state: OperationState,
  moments: {
    readonly updated_at: Date;
    readonly confirmed_at?: Date;
    readonly started_at?: Date;
    readonly ended_at?: Date;
  },
): Promise<void> {
  await tx
    .updateTable('operation')
    .set({ state, ...moments })
    .where('operation_id', '=', operationId)
    .execute();
}

/** Operations, newest first. */
export async function listOperations(
  db: Database<'select operation'>,
  filter: {
    readonly state?: readonly OperationState[] | undefined;
    readonly kind?: readonly OperationKind[] | undefined;
    readonly requestedBy?: string | undefined;
  },
  { limit, after }: { readonly limit: number; readonly after?: ReissueCursor | undefined },
): Promise<(OperationRow & { place: ReissueCursor })[]> {
  let query = db
    .selectFrom('operation')
    .selectAll()
    .select(sql<string>`created_at::text`.as('place_time'))
    .orderBy('created_at', 'desc')
    .orderBy('operation_id')
    .limit(limit);
  if (filter.state) query = query.where('state', 'in', filter.state);
  if (filter.kind) query = query.where('kind', 'in', filter.kind);
  if (filter.requestedBy !== undefined) query = query.where('requested_by', '=', filter.requestedBy);
  if (after)
    query = query.where(
      sql<boolean>`(created_at < ${after.time}::timestamptz
        OR (created_at = ${after.time}::timestamptz AND operation_id > ${after.id}))`,
    );
  const rows = await query.execute();
  return rows.map(({ place_time: time, ...row }) => ({ ...row, place: { time, id: row.operation_id } }));
}

/** Items in the order of the plan. */
export const operationItems = (
  db: Database<'select operation_item'> | Tx<'select operation_item'>,
  operationId: string,
  { after = -1, limit }: { readonly after?: number; readonly limit?: number } = {},
): Promise<OperationItemRow[]> => {
  const query = db
    .selectFrom('operation_item')
    .selectAll()
    .where('operation_id', '=', operationId)
    .where('ordinal', '>', after)
    .orderBy('ordinal');
  return (limit === undefined ? query : query.limit(limit)).execute();
};

export const untriedItems = (
  db: Database<'select operation_item'>,
  operationId: string,
  limit: number,
): Promise<Pick<OperationItemRow, 'ordinal' | 'target' | 'park_sequence'>[]> =>
  db
    .selectFrom('operation_item')
    .select(['ordinal', 'target', 'park_sequence'])
    .where('operation_id', '=', operationId)
    .where('outcome', 'is', null)
    .orderBy('ordinal')
    .limit(limit)
    .execute();

/** Records the outcome of an item. The first outcome stays. */
export async function recordOutcome(
  db:
    | Database<'select operation_item' | 'update operation_item'>
    | Tx<'select operation_item' | 'update operation_item'>,
  { operationId, target }: { readonly operationId: string; readonly target: string },
  {
    outcome,
    detail,
    at,
  }: { readonly outcome: string; readonly detail?: string | undefined; readonly at: Date },
): Promise<void> {
  await db
    .updateTable('operation_item')
    .set({ outcome, detail: detail ?? null, tried_at: at })
    .where('operation_id', '=', operationId)
    .where('target', '=', target)
    .where('outcome', 'is', null)
    .execute();
}

/** Items that changed a certificate and whose holder was not notified yet, in the order of the plan. */
export const itemsToNotify = (
  db: Database<'select certificate' | 'select consent' | 'select customer' | 'select operation_item'>,
  operationId: string,
  limit: number,
) =>
  db
    .selectFrom('operation_item')
    .innerJoin('certificate', 'certificate.serial', 'operation_item.target')
    .innerJoin('customer', 'customer.customer_id', 'certificate.customer_id')
    .select(['target', 'outcome', 'tried_at', 'mobile', 'email'])
    .select(languageOf(sql.ref('certificate.reissue_id')).as('language'))
    .where('operation_id', '=', operationId)
    .where('outcome', 'in', ['REVOKED', 'HELD', 'RELEASED'])
    .where('notice', 'is', null)
    .orderBy('ordinal')
    .limit(limit)
    .execute();

export async function recordItemNotification(
  db: RoleDatabase<'worker'>,
  { operationId, target }: { readonly operationId: string; readonly target: string },
  notice: Value<'operation_item.notice'>,
): Promise<void> {
  await db
    .updateTable('operation_item')
    .set({ notice })
    .where('operation_id', '=', operationId)
    .where('target', '=', target)
    .where('notice', 'is', null)
    .execute();
}

/** The number of items by operation and outcome; outcome `null`: not tried yet. */
export async function outcomesOfOperations(
  db: Database<'select operation_item'> | Tx<'select operation_item'>,
  operationIds: readonly string[],
): Promise<{ operation_id: string; outcome: string | null; count: number }[]> {
  if (operationIds.length === 0) return [];
  return db
    .selectFrom('operation_item')
    .select(['operation_id', 'outcome'])
    .select(sql<number>`count(*)::int`.as('count'))
    .where('operation_id', 'in', operationIds)
    .groupBy(['operation_id', 'outcome'])
    .execute();
}

export const approvalsOf = (
  db: Database<'select operation_approval'> | Tx<'select operation_approval'>,
  operationIds: readonly string[],
): Promise<OperationApprovalRow[]> =>
  operationIds.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('operation_approval')
        .selectAll()
        .where('operation_id', 'in', operationIds)
        .orderBy('decided_at')
        .execute();

export async function insertApproval(
  tx: Tx<'insert operation_approval'>,
  approval: NewRow<'operation_approval'>,
): Promise<void> {
  await tx.insertInto('operation_approval').values(approval).execute();
}

/** Operations that have waited too long: for confirmation, approval or their start. */
export const staleOperations = (
  db: Database<'select operation'>,
  { plannedBefore, runningBefore }: { readonly plannedBefore: Date; readonly runningBefore: Date },
): Promise<Pick<OperationRow, 'operation_id' | 'state'>[]> =>
  db
    .selectFrom('operation')
    .select(['operation_id', 'state'])
    .where('ended_at', 'is', null)
    .where((is) =>
      is.or([
        is.and([is('state', 'in', ['PLANNED', 'AWAITING_APPROVAL']), is('updated_at', '<=', plannedBefore)]),
        is.and([is('state', '=', 'RUNNING'), is('updated_at', '<=', runningBefore)]),
      ]),
    )
    .limit(1_000)
    .execute();

/** The columns of a reissue on which a plan depends. */
export type PlannedReissue = Pick<
  ReissueRow,
  'reissue_id' | 'state' | 'parked_step' | 'parked_code' | 'parked_since' | 'park_sequence'
>;

/** The reissues with these ids that exist, in no order. */
export const reissuesToPlan = (
  db: Database<'select reissue'>,
  reissueIds: readonly string[],
): Promise<PlannedReissue[]> =>
  db
    .selectFrom('reissue')
    .select(['reissue_id', 'state', 'parked_step', 'parked_code', 'parked_since', 'park_sequence'])
    .where((is) => is('reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .execute();

/** The serials assigned to these reissues and the state of each, oldest first. */
export const certificatesOfReissues = (
  db: Database<'select certificate'>,
  reissueIds: readonly string[],
): Promise<Pick<CertificateRow, 'reissue_id' | 'serial' | 'state' | 'created_at'>[]> =>
  db
    .selectFrom('certificate')
    .select(['reissue_id', 'serial', 'state', 'created_at'])
    .where((is) => is('reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .orderBy('created_at')
    .execute();
