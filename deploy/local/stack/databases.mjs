import pg from 'pg';
import { adminUrl } from './postgres.mjs';

/** @import { Client } from 'pg' */
/** @import { StackContext } from '../types.js' */

/**
 * Resolves when the server accepts a session and answers a query.
 * @param {StackContext} context
 */
export async function postgresAnswers(context) {
  await withClient(context, (client) => client.query('select 1'));
}

/**
 * Whether a database has a table.
 * @param {string} url
 * @param {string} table
 * @returns {Promise<boolean>}
 */
export const hasTable = (url, table) =>
  withDatabase(url, async (client) => {
    const { rows } = await client.query('select to_regclass($1) is not null as found', [table]);
    return rows[0].found;
  });

/**
 * @template T
 * @param {StackContext} context
 * @param {(client: Client) => Promise<T>} use
 */
const withClient = (context, use) => withDatabase(adminUrl(context), use);

/**
 * @template T
 * @param {string} connectionString
 * @param {(client: Client) => Promise<T>} use
 */
async function withDatabase(connectionString, use) {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
