import pg from 'pg';
import { databaseUrlOf } from './app-environment.js';

/** Runs a statement as the superuser of the stack's server. */
export async function asAdmin(statement: string): Promise<void> {
  const url = new URL(databaseUrlOf('admin'));
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** Copies a database of the stack under another name. Every connection to it ends. */
export async function copyDatabase(from: string, to: string, owner = 'reseal_owner'): Promise<void> {
  await asAdmin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${from}'`);
  await asAdmin(`create database ${to} template ${from} owner ${owner}`);
}

/** Replaces a database by a copy of it. */
export async function replaceDatabase(database: string, by: string, owner = 'reseal_owner'): Promise<void> {
  await asAdmin(`drop database ${database} with (force)`);
  await copyDatabase(by, database, owner);
}
