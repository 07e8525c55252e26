import { activeTrace } from '#libs/observability';
import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { EventRow } from '../rows.js';
import { insertRows } from '../writes.js';
import { announceAfterCommit } from './announcements.js';

export interface NewEvent {
  /** The id of a reissue, or a certificate's serial if no reissue caused the event. */
  readonly stream: string;
  readonly sequence: number;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly occurred_at: Date;
}

export async function insertEvents(tx: Tx<'insert event'>, events: readonly NewEvent[]): Promise<void> {
  if (events.length > 0) await eventPart(tx, events).execute(tx);
}

/** Inserts at least one event, and announces it after the commit. */
export function eventPart(tx: Tx<'insert event'>, events: readonly NewEvent[]) {
  announceAfterCommit(
    tx,
    events.map(({ stream }) => stream),
  );
  return insertRows(tx, 'event', rowsOf(events) as never);
}

/** With the active trace, if there is one. */
function rowsOf(events: readonly NewEvent[]) {
  const trace = activeTrace();
  return events.map((event) => ({ ...event, published_at: null, ...trace }));
}

/** A reissue's events of one topic after `sequence`, in order. */
export async function eventsAfter(
  db: Database<'select event'>,
  reissueId: string,
  topic: string,
  sequence: number,
): Promise<EventRow[]> {
  return db
    .selectFrom('event')
    .selectAll()
    .where('stream', '=', reissueId)
    .where('topic', '=', topic)
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .execute();
}

/** The oldest unpublished events; those of one reissue are in order of their sequence. */
export async function unpublishedEvents(db: Database<'select event'>, limit: number): Promise<EventRow[]> {
  return db
    .selectFrom('event')
    .selectAll()
    .where('published_at', 'is', null)
    .orderBy('position')
    .limit(limit)
    .execute();
}

/** The events with these streams and sequence numbers that exist. */
export async function eventsWithIds(
  db: Database,
  ids: readonly { readonly stream: string; readonly sequence: number }[],
): Promise<Pick<EventRow, 'stream' | 'sequence' | 'type' | 'occurred_at'>[]> {
  const { rows } = await sql<Pick<EventRow, 'stream' | 'sequence' | 'type' | 'occurred_at'>>`
    SELECT event.stream, event.sequence, type, occurred_at
    FROM unnest(${ids.map(({ stream }) => stream)}::text[], ${ids.map(({ sequence }) => sequence)}::int[])
      AS wanted (stream, sequence)
    JOIN event ON event.stream = wanted.stream AND event.sequence = wanted.sequence`.execute(db);
  return rows;
}

/** The time of the last publication; undefined before the first. */
export async function lastPublishedAt(db: Database): Promise<Date | undefined> {
  const row = await db
    .selectFrom('event')
    .select(({ fn }) => fn.max('published_at').as('at'))
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/** Marks events as published. The rows stay: they are the timeline. */
export async function markPublished(
  db: Database<'select event' | 'update event'>,
  events: readonly Pick<EventRow, 'position'>[],
  at: Date,
): Promise<void> {
  if (events.length === 0) return;
  await db
    .updateTable('event')
    .set({ published_at: at })
    .where('position', '=', sql<string>`any(${events.map((event) => event.position)}::bigint[])`)
    .where('published_at', 'is', null) // lets PostgreSQL use the partial index
    .execute();
}

/** The number of unpublished events, and the time of the oldest. */
export async function outboxLag(
  db: Database<'select event'>,
): Promise<{ waiting: number; oldest: Date | null }> {
  const row = await db
    .selectFrom('event')
    .select(({ fn }) => [fn.countAll<string>().as('waiting'), fn.min('occurred_at').as('oldest')])
    .where('published_at', 'is', null)
    .executeTakeFirstOrThrow();
  return { waiting: Number(row.waiting), oldest: row.oldest };
}
