import { sql } from 'kysely';
import type { Database, Tx } from '../database.js';
import { afterCommit } from '../transactions.js';
import { Gathering } from './gathering.js';

/**
 * Steps that end together share one statement. Under load a process announces five times a second, so that one statement, and
 * one look of each listener, serves the steps of many reissues.
 */
const timing = { collectMs: 20, pauseMs: 200 };

/** The streams with new events that each database is going to announce. */
const gatherings = new WeakMap<Database, Gathering>();

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
  let gathering = gatherings.get(db);
  if (!gathering) {
    gathering = new Gathering((all) => void announce(db, all), timing);
    gatherings.set(db, gathering);
  }
  gathering.add(streams);
}

/**
 * Announces a change of these streams at once, so that open pages load them again. A failure needs no retry, because
 * listeners look for events by themselves.
 */
export async function announce(db: Database<never>, streams: readonly string[]): Promise<void> {
  await sql`SELECT announce_events(${streams}::text[])`.execute(db).catch(() => undefined);
}
