import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import type { EventRow } from '../rows.js';

export interface NewEvent {
  /** A reissue's id, or a serial where no reissue caused what happened. */
  readonly stream: string;
  readonly sequence: number;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly occurred_at: Date;
}

export async function insertEvents(tx: Tx<'insert event'>, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx
    .insertInto('event')
    .values(events.map((event) => ({ ...event, data: JSON.stringify(event.data), published_at: null })))
    .execute();
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

/** The oldest events that were not yet published. Within one reissue the order is the sequence's. */
export async function unpublishedEvents(db: Database, limit: number): Promise<EventRow[]> {
  return db
    .selectFrom('event')
    .selectAll()
    .where('published_at', 'is', null)
    .orderBy('position')
    .limit(limit)
    .execute();
}

/** The events with these places in their streams, as far as there are any. */
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

/** When an event was last published. */
export async function lastPublishedAt(db: Database): Promise<Date | undefined> {
  const row = await db
    .selectFrom('event')
    .select(({ fn }) => fn.max('published_at').as('at'))
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/** Marks events as published. Rows are kept: they are the timeline. */
export async function markPublished(
  db: Database,
  events: readonly Pick<EventRow, 'position'>[],
  at: Date,
): Promise<void> {
  if (events.length === 0) return;
  await db
    .updateTable('event')
    .set({ published_at: at })
    .where('position', '=', sql<string>`any(${events.map((event) => event.position)}::bigint[])`)
    .where('published_at', 'is', null) // the partial index
    .execute();
}

/** How many events wait to be published, and since when the oldest waits. */
export async function outboxLag(db: Database): Promise<{ waiting: number; oldest: Date | null }> {
  const row = await db
    .selectFrom('event')
    .select(({ fn }) => [fn.countAll<string>().as('waiting'), fn.min('occurred_at').as('oldest')])
    .where('published_at', 'is', null)
    .executeTakeFirstOrThrow();
  return { waiting: Number(row.waiting), oldest: row.oldest };
}
