import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { PooledClient } from './timeout-client.js';
import type { Database, Privilege, Role, RoleDatabase, Tx } from './database.js';
import type { Tables } from './tables.js';

export interface DatabaseOptions {
  readonly url: string;
  /** Largest number of connections. */
  readonly max?: number;
  /** How long to wait for a connection, in milliseconds: one of the pool's or a new one. */
  readonly connectionTimeoutMs?: number;
  readonly applicationName: string;
}

/**
 * A pool of connections, each of which is given up when PostgreSQL does not answer. `end()` closes it. A connection lost
 * while idle is replaced at the next query. What the URL says wins over what is set here: `?options=` for a pooler that
 * does not know the settings of a session.
 */
export function createPool(options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    ...PooledClient.settings,
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.applicationName,
    // A server that does not answer must not hold a step for ever: local activities retry after 3 s.
    connectionTimeoutMillis: options.connectionTimeoutMs ?? PooledClient.settings.connectionTimeoutMillis,
    idleTimeoutMillis: 60_000,
    Client: PooledClient as unknown as new () => pg.ClientBase,
  });
  // A lost connection tells of it by an event, which ends the process if nobody listens: an idle one tells the pool,
  // which has dropped it; one that is at work between two statements tells only itself, and its next statement fails.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * A database over a pool of its own; `destroy()` closes both. An app gives its role, `createDatabase<'gateway'>(…)`, so
 * that a query which the role may not make does not compile.
 */
export function createDatabase(options: DatabaseOptions): Database;
export function createDatabase<R extends Role>(options: DatabaseOptions): RoleDatabase<R>;
export function createDatabase(options: DatabaseOptions): Database {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createPool(options) }) });
}

/** Runs `work` in one transaction, at READ COMMITTED: steps serialise on the row locks they take. */
export function inTransaction<T, P extends Privilege>(
  db: Database<P>,
  work: (tx: Tx<P>) => Promise<T>,
): Promise<T> {
  return db.transaction().execute((tx) => work(tx as Tx<P>));
}
