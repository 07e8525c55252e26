import pg from 'pg';
import { databaseRoles } from '../lib/secrets.mjs';
import { until } from '../lib/wait.mjs';
import { adminUrl } from './postgres.mjs';

/** Database → its owner and who else may connect. What they may touch inside is for the migrations to say. */
const databaseSpecs = {
  reseal: {
    owner: 'reseal_owner',
    guests: databaseRoles.filter((role) => !['reseal_owner', 'reseal_temporal'].includes(role)),
  },
  reseal_sandbox: { owner: 'reseal_sandbox', guests: [] },
  temporal: { owner: 'reseal_temporal', guests: [] },
  temporal_visibility: { owner: 'reseal_temporal', guests: [] },
};

/** Succeeds when the server takes a session and answers. */
export async function postgresAnswers(context) {
  await withClient(context, (client) => client.query('select 1'));
}

/** Creates roles and databases that are not there yet, and sets the roles' passwords to those in the secrets folder. */
export async function provideDatabases(context) {
  await until(() => postgresAnswers(context), { what: 'PostgreSQL' });
  await withClient(context, async (client) => {
    const names = async (sql) => new Set((await client.query(sql)).rows.map(({ name }) => name));
    const roles = await names('select rolname as name from pg_roles');
    for (const role of databaseRoles) {
      const verb = roles.has(role) ? 'alter' : 'create';
      const password = client.escapeLiteral(context.secrets.passwords[role]);
      await client.query(`${verb} role ${role} login password ${password}`);
    }
    const databases = await names('select datname as name from pg_database');
    for (const [database, { owner, guests }] of Object.entries(databaseSpecs)) {
      if (databases.has(database)) continue;
      // An administrator who is no superuser may give a database only to roles it belongs to.
      await client.query(`grant ${owner} to current_user`).catch(() => undefined);
      await client.query(`create database ${database} owner ${owner}`);
      await client.query(`revoke all on database ${database} from public`);
      for (const guest of guests) await client.query(`grant connect on database ${database} to ${guest}`);
    }
  });
}

/** Whether the database a URL names has that table. */
export const hasTable = (url, table) =>
  withDatabase(url, async (client) => {
    const { rows } = await client.query('select to_regclass($1) is not null as found', [table]);
    return rows[0].found;
  });

const withClient = (context, use) => withDatabase(adminUrl(context), use);

async function withDatabase(connectionString, use) {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
