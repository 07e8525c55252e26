import pg from 'pg';
import { adminUrl } from './postgres.mjs';

/** @import { Client } from 'pg' */
/** @import { StackContext } from '../types.js' */

/**
 * Resolves when the server accepts a session and answers a query.
 * @param {StackContext} context
 * @param {string} [address] of one host of a cluster; by default of the primary, through the load balancer
 */
export async function postgresAnswers(context, address) {
  await withDatabase(adminUrl(context, address), (client) => client.query('select 1'));
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
 * @param {string} connectionString
 * @param {(client: Client) => Promise<T>} use
 */
export async function withDatabase(connectionString, use) {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
