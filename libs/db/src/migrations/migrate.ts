import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { runner } from 'node-pg-migrate';
import { projectRoot } from '#libs/config';
import { databaseConnection } from '#libs/credentials';
import { sql } from 'kysely';
import type { Database } from '../database.js';

const folder = () => join(projectRoot(), 'libs/db/migrations');

/**
 * Migrates the database at `url` to the newest schema. Another migration of this database waits until this one has ended.
 *
 * @returns the names of the migrations that were made
 */
export async function migrate(url: string): Promise<string[]> {
  const done = await runner({
    databaseUrl: databaseConnection(url),
    dir: folder(),
    direction: 'up',
    migrationsTable: 'schema_migration',
    checkOrder: true,
    singleTransaction: true,
    advisoryLockMode: 'wait',
    log: () => undefined,
  });
  return done.map(({ name }) => name);
}

/** The names of all migrations of this release, in their order. */
export const allMigrations = (): string[] =>
  readdirSync(folder())
    .filter((file) => file.endsWith('.sql'))
    .map((file) => parse(file).name)
    .sort();

/** The migrations that the database does not have yet. */
export async function pendingMigrations(db: Database): Promise<string[]> {
  const table = await sql<{ found: boolean }>`
    select to_regclass('schema_migration') is not null as found`.execute(db);
  if (!table.rows[0]?.found) return allMigrations();
  const { rows } = await sql<{ name: string }>`select name from schema_migration`.execute(db);
  const done = new Set(rows.map(({ name }) => name));
  return allMigrations().filter((name) => !done.has(name));
}
