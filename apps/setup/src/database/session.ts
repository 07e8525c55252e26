import { createDatabase, type Database } from '#libs/db';
import type { RawBuilder } from 'kysely';

/** Opens one connection. */
export const openSession = (url: string): Database =>
  createDatabase({ url, max: 1, applicationName: 'reseal-setup', connectionTimeoutMs: 5_000 });

/** The column `name` of a query. */
export async function namesIn(db: Database, query: RawBuilder<{ name: string }>): Promise<Set<string>> {
  const { rows } = await query.execute(db);
  return new Set(rows.map(({ name }) => name));
}

/** An error's SQLSTATE, if PostgreSQL refused. */
export const sqlStateOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** The SQLSTATEs that are distinguished here. */
export const sqlStates = { insufficientPrivilege: '42501', invalidPassword: '28P01' } as const;
