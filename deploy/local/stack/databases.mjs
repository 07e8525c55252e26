import pg from 'pg';
import { databaseRoles } from '../lib/secrets.mjs';
import { until } from '../lib/wait.mjs';
import { adminUrl } from './postgres.mjs';

/** @import { Client } from 'pg' */
/** @import { StackContext } from '../types.js' */

/**
 * The owner of each database, and the other roles that may connect. The migrations grant rights inside the database.
 * @type {Record<string, {owner: string, guests: string[]}>}
 */
const databaseSpecs = {
  reseal: {
    owner: 'reseal_owner',
    guests: databaseRoles.filter((role) => !['reseal_owner', 'reseal_temporal'].includes(role)),
  },
  reseal_sandbox: { owner: 'reseal_sandbox', guests: [] },
  temporal: { owner: 'reseal_temporal', guests: [] },
  temporal_visibility: { owner: 'reseal_temporal', guests: [] },
};

/**
 * Resolves when the server accepts a session and answers a query.
 * @param {StackContext} context
 */
export async function postgresAnswers(context) {
  await withClient(context, (client) => client.query('select 1'));
}

/**
 * Creates missing roles and databases, and sets the roles' passwords to those in the secrets folder.
 * @param {StackContext} context
 */
export async function provideDatabases(context) {
  await until(() => postgresAnswers(context), { what: 'PostgreSQL' });
  await withClient(context, async (client) => {
    /** @param {string} sql */
    const names = async (sql) => new Set((await client.query(sql)).rows.map(({ name }) => name));
    const roles = await names('select rolname as name from pg_roles');
    for (const role of databaseRoles) {
      const verb = roles.has(role) ? 'alter' : 'create';
      const password = client.escapeLiteral(context.secrets.passwords[role] ?? '');
      await client.query(`${verb} role ${role} login password ${password}`);
    }
    const databases = await names('select datname as name from pg_database');
    for (const [database, { owner, guests }] of Object.entries(databaseSpecs)) {
      if (!databases.has(database)) {
        // An administrator without superuser rights can create a database only for a role of which it is a member.
        await client.query(`grant ${owner} to current_user`).catch(() => undefined);
        await client.query(`create database ${database} owner ${owner}`);
        await client.query(`revoke all on database ${database} from public`);
      }
      // Also for a database that exists: a new release may have new roles.
      for (const guest of guests) await client.query(`grant connect on database ${database} to ${guest}`);
    }
  });
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
