import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import { afterCommit } from '../transactions.js';

/** How long to collect streams, so that steps that end together share one statement. */
const collectMs = 20;

/** The streams with new events that each database is going to announce. */
const collected = new WeakMap<Database, Set<string>>();

/**
 * Announces new events of these streams to the relay, to event streams and to the dispatcher of webhooks, once the
 * transaction is committed.
 *
 * A NOTIFY within the transaction would hold a lock of the whole cluster of databases until the commit is on disk, and on a
 * synchronous standby: all steps would commit one after another. An announcement can therefore be lost if the process dies.
 * Listeners look for events by themselves, too.
 */
export function announceAfterCommit(tx: Tx<'insert event'>, streams: readonly string[]): void {
  afterCommit(tx, (db) => collect(db, streams));
}

function collect(db: Database, streams: readonly string[]): void {
  const waiting = collected.get(db) ?? new Set();
  for (const stream of streams) waiting.add(stream);
  if (collected.has(db)) return;
  collected.set(db, waiting);
  setTimeout(() => {
    collected.delete(db);
    void announce(db, [...waiting]);
  }, collectMs).unref();
}

/** A failure needs no retry, because listeners look for events by themselves. */
async function announce(db: Database, streams: readonly string[]): Promise<void> {
  await sql`SELECT announce_events(${streams}::text[])`.execute(db).catch(() => undefined);
}
