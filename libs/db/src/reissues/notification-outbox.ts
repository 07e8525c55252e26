import { sql, type RawBuilder } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { NewRow, Row } from '../rows.js';
import { insertRows, withParts } from '../writes.js';
import { factsOf, selectFacts, type FactsPrivilege, type NotificationFacts } from './notifications.js';

type OutboxRow = Row<'notification_outbox'>;

/** Writes at least one notification that follows from a step. One that waits already is left as it is. */
export const notificationPart = (
  tx: Tx<'insert notification_outbox'>,
  rows: readonly NewRow<'notification_outbox'>[],
): RawBuilder<unknown> => sql`${insertRows(tx, 'notification_outbox', rows)} ON CONFLICT DO NOTHING`;

/** A notification that this process sends now, with what it says and where it goes. */
export interface TakenNotification extends Pick<
  OutboxRow,
  'reissue_id' | 'occasion' | 'kind' | 'created_at'
> {
  /** Including this one. */
  readonly attempts: number;
  readonly facts: NotificationFacts;
}

/**
 * Takes due notifications, those that wait longest first. Until `leaseUntil` no other process takes them.
 *
 * @param reissueId of which reissue; by default of any
 */
export async function takeNotifications(
  db: Database<FactsPrivilege | 'select notification_outbox' | 'update notification_outbox'>,
  { now, leaseUntil, limit, reissueId }: { now: Date; leaseUntil: Date; limit: number; reissueId?: string },
): Promise<TakenNotification[]> {
  const due = db
    .selectFrom('notification_outbox')
    .select(['reissue_id', 'occasion'])
    .where('given_up_at', 'is', null)
    .where('due_at', '<=', now)
    .$if(reissueId !== undefined, (query) => query.where('reissue_id', '=', reissueId!))
    .orderBy('due_at')
    .limit(limit)
    .forUpdate()
    .skipLocked();
  const taken = db
    .updateTable('notification_outbox as outbox')
    .from(sql<{ reissue_id: string; occasion: string }>`due`.as('due'))
    .whereRef('outbox.reissue_id', '=', 'due.reissue_id')
    .whereRef('outbox.occasion', '=', 'due.occasion')
    .set({ attempts: sql`attempts + 1`, due_at: leaseUntil })
    .returning([
      'outbox.reissue_id',
      'outbox.occasion',
      'outbox.kind',
      'outbox.attempts',
      'outbox.created_at as waiting_since',
    ]);
  const rows = await selectFacts(withParts(db, { due, taken }), sql`taken`)
    .select([
      sql<string>`about.occasion`.as('occasion'),
      sql<OutboxRow['kind']>`about.kind`.as('kind'),
      sql<number>`about.attempts`.as('attempts'),
      sql<Date>`about.waiting_since`.as('waiting_since'),
    ])
    .execute();
  return rows.map(({ occasion, kind, attempts, waiting_since: created_at, ...columns }) => {
    const facts = factsOf(columns);
    return { reissue_id: facts.reissue.reissue_id, occasion, kind, attempts, created_at, facts };
  });
}

/** Records on which channels a notification was sent, and removes it from the outbox: nothing is left to send. */
export async function finishNotification(
  db: Database<'insert notification' | 'select notification_outbox' | 'delete notification_outbox'>,
  { reissue_id, occasion }: TakenNotification,
  sent: { readonly channels: readonly string[]; readonly at: Date },
): Promise<void> {
  await sql`
    WITH gone AS (
      DELETE FROM notification_outbox WHERE reissue_id = ${reissue_id} AND occasion = ${occasion}
    ) ${sentOn({ reissue_id, occasion }, sent)}`.execute(db);
}

/**
 * Records on which channels a notification was sent, and when the others are tried again, or that they are given up.
 * Only the channels are recorded if another process has taken the notification since.
 */
export async function putOffNotification(
  db: Database<'insert notification' | 'select notification_outbox' | 'update notification_outbox'>,
  { reissue_id, occasion, attempts }: TakenNotification,
  sent: { readonly channels: readonly string[]; readonly at: Date },
  dueAt: Date | undefined,
): Promise<void> {
  await sql`
    WITH put_off AS (
      UPDATE notification_outbox
      SET due_at = coalesce(${dueAt ?? null}::timestamptz, due_at),
        given_up_at = CASE WHEN ${dueAt ?? null}::timestamptz IS NULL THEN ${sent.at}::timestamptz END
      WHERE reissue_id = ${reissue_id} AND occasion = ${occasion} AND attempts = ${attempts}
    ) ${sentOn({ reissue_id, occasion }, sent)}`.execute(db);
}

const sentOn = (
  { reissue_id, occasion }: Pick<TakenNotification, 'reissue_id' | 'occasion'>,
  { channels, at }: { readonly channels: readonly string[]; readonly at: Date },
): RawBuilder<unknown> => sql`
  INSERT INTO notification (reissue_id, moment, channel, sent_at)
    SELECT ${reissue_id}, ${occasion}, channel, ${at}::timestamptz FROM unnest(${channels}::text[]) AS channel
    ON CONFLICT DO NOTHING`;

/** When a notification was to be sent first. A later try has a later `due_at`. */
const firstDue = sql<Date>`CASE WHEN attempts = 0 THEN due_at ELSE created_at END`;

/** The number of notifications that are due, and since when the oldest is. */
export async function waitingNotifications(
  db: Database<'select notification_outbox'>,
  now: Date,
): Promise<{ waiting: number; oldest: Date | null }> {
  const row = await db
    .selectFrom('notification_outbox')
    .select(({ fn }) => [fn.countAll<string>().as('waiting'), fn.min(firstDue).as('oldest')])
    .where('given_up_at', 'is', null)
    .where(firstDue, '<=', now)
    .executeTakeFirstOrThrow();
  return { waiting: Number(row.waiting), oldest: row.oldest };
}

/** Deletes notifications that were given up before a time. @returns the number deleted */
export async function deleteGivenUpNotifications(
  db: Database<'select notification_outbox' | 'delete notification_outbox'>,
  before: Date,
): Promise<number> {
  const result = await db
    .deleteFrom('notification_outbox')
    .where('given_up_at', '<', before)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
