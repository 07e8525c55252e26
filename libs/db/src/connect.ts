import { databaseConnection } from '#libs/credentials';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database, Role, RoleDatabase } from './database.js';
import { PooledClient } from './pooled-client.js';
import { StatementNames } from './statement-names.js';
import type { Tables } from './tables.js';

export interface DatabaseOptions {
  /** Files that it names (`withDatabaseFiles`) are read again for each connection. */
  readonly url: string;
  /** Largest number of connections. */
  readonly max?: number;
  /** How long to wait for a free or new connection, in milliseconds. */
  readonly connectionTimeoutMs?: number;
  readonly applicationName: string;
  /**
   * Plans each prepared statement once, for all values of its parameters. A query whose constants choose a partial index then
   * has to have them in its text (`sql.lit`), not as parameters.
   */
  readonly keepPlans?: boolean;
}

/**
 * A pool of connections that are closed when PostgreSQL does not answer. `end()` closes the pool. A connection lost while
 * idle is replaced at the next query. Parameters of the URL override the settings here: `?options=` for a pooler that does
 * not support session settings.
 *
 * @throws CredentialError if a file that the URL names is not usable
 */
export function createPool(options: DatabaseOptions): pg.Pool {
  databaseConnection(options.url);
  const settings = {
    ...PooledClient.settings,
    ...(options.keepPlans && { options: PooledClient.optionsKeepingPlans }),
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.applicationName,
    // A server that does not answer must not block a step: local activities retry after 3 s.
    connectionTimeoutMillis: options.connectionTimeoutMs ?? PooledClient.settings.connectionTimeoutMillis,
    idleTimeoutMillis: 60_000,
    Client: PooledClient as unknown as new () => pg.ClientBase,
    names: new StatementNames(),
  };
  const pool = new pg.Pool(settings);
  // A lost connection emits an error event, which ends the process if it has no listener. An idle connection emits it on
  // the pool, which has already removed it; a connection in use emits it on itself, and its next statement fails.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * A database with its own pool; `destroy()` closes both. An app gives its role, `createDatabase<'gateway'>(…)`, so
 * that a query which the role may not make does not compile.
 */
export function createDatabase(options: DatabaseOptions): Database;
export function createDatabase<R extends Role>(options: DatabaseOptions): RoleDatabase<R>;
export function createDatabase(options: DatabaseOptions): Database {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createPool(options) }) });
}
