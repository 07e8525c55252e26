import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { allMigrations } from '#libs/db/migrations';
import pg from 'pg';
import { startOwnPostgres, type OwnPostgres } from '../support/own-postgres.js';
import { setup } from '../support/setup-command.js';

jest.setTimeout(300_000);

let folder: string;
let postgres: OwnPostgres;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reseal-setup-'));
  postgres = await startOwnPostgres();
});
afterEach(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true });
});

const passwordOf = (role: string) => readFileSync(join(folder, 'database', role), 'utf8');

/** The server's address for a role with its password. */
function urlOf(role: string, password: string, database: string): string {
  const url = new URL(postgres.url);
  Object.assign(url, { username: role, password, pathname: `/${database}` });
  return url.href;
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Our roles and databases on the server. */
const created = async () =>
  (
    await query(
      postgres.url,
      `select rolname as name from pg_roles where rolname like 'reseal%'
         union all select datname from pg_database where datname like 'reseal%'`,
    )
  ).map(({ name }) => name);

/** Makes the passwords. @returns the configuration of `setup database` for an administrator */
async function environment(admin = postgres.url): Promise<Record<string, string>> {
  const keys = await setup(['keys'], { RESEAL_SECRETS_DIRECTORY: folder });
  expect(keys).toMatchObject({ code: 0, errors: '' });
  return {
    RESEAL_DATABASE_URL: urlOf('reseal_owner', passwordOf('reseal_owner'), 'reseal'),
    RESEAL_ADMIN_DATABASE_URL: admin,
    RESEAL_SECRETS_DIRECTORY: folder,
  };
}

const newAdmin = (rights: string) =>
  query(postgres.url, `create role bank_admin login ${rights} password 'of-the-admin'`);
const adminUrl = () => urlOf('bank_admin', 'of-the-admin', 'postgres');

const oneLine = (run: Awaited<ReturnType<typeof setup>>, line: RegExp) => {
  expect(run).toMatchObject({ code: 1, errors: expect.stringMatching(/^[^\n]*\n$/) });
  expect(run.errors.trim()).toMatch(line);
};

describe('setup database', () => {
  it.each([
    ['a superuser', () => postgres.url],
    [
      'an administrator without superuser rights',
      async () => {
        await newAdmin('createrole createdb');
        return adminUrl();
      },
    ],
  ])('On a new PostgreSQL %s creates roles, databases and schema once', async (_who, admin) => {
    const env = await environment(await admin());
    const planned = await setup(['database', '--sandbox', '--dry-run'], env);
    expect(planned).toMatchObject({ code: 0, errors: '' });
    expect(await created()).toEqual([]);
    expect(planned.lines).toEqual(
      expect.arrayContaining([
        'database: would create the role reseal_customers',
        'database: would create the database reseal',
        'database: would create the database reseal_sandbox',
        `database: would migrate the database reseal: ${allMigrations().join(', ')}`,
      ]),
    );
    const done = await setup(['database', '--sandbox'], env);
    expect(done).toMatchObject({ code: 0, errors: '' });
    expect(done.lines).toEqual(planned.lines.map((line) => line.replace('would ', '')));
    expect((await setup(['database', '--sandbox'], env)).lines).toEqual(['database: nothing to do']);

    const own = (role: string, database: string) =>
      query(urlOf(role, passwordOf(role), database), 'select current_user');
    expect(await own('reseal_gateway', 'reseal')).toEqual([{ current_user: 'reseal_gateway' }]);
    expect(await own('reseal_sandbox', 'reseal_sandbox')).toEqual([{ current_user: 'reseal_sandbox' }]);
    await expect(own('reseal_gateway', 'reseal_sandbox')).rejects.toThrow(/permission denied for database/);
  });

  it('A changed password and changed rights are corrected, and all else stays', async () => {
    const env = await environment();
    await setup(['database'], env);
    writeFileSync(join(folder, 'database/reseal_ops'), 'renewed');
    await query(
      postgres.url,
      'revoke connect on database reseal from reseal_status; grant connect on database reseal to public',
    );
    expect((await setup(['database'], env)).lines).toEqual([
      'database: set the password of the role reseal_ops',
      'database: forbid other roles to connect to the database reseal',
      'database: allow reseal_status to connect to the database reseal',
    ]);
    expect(await query(urlOf('reseal_ops', 'renewed', 'reseal'), 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await setup(['database'], env)).lines).toEqual(['database: nothing to do']);
  });

  it('Without an administrator the schema is migrated, if the bank has created roles and database', async () => {
    const { RESEAL_ADMIN_DATABASE_URL: _admin, ...owners } = await environment();
    oneLine(
      await setup(['database'], owners),
      /^PostgreSQL: password authentication failed for user "reseal_owner"\. The password differs/,
    );
    await query(postgres.url, `create role reseal_owner login password '${passwordOf('reseal_owner')}'`);
    oneLine(
      await setup(['database'], owners),
      /^PostgreSQL: database "reseal" does not exist\. Set RESEAL_ADMIN_DATABASE_URL to a role that may create/,
    );
    await query(postgres.url, 'create database reseal owner reseal_owner');
    oneLine(
      await setup(['database'], owners),
      /^PostgreSQL: migrate the database reseal: 0001_core.*: role "reseal_\w+" does not exist\. Set RESEAL_ADMIN_DATABASE_URL/,
    );
    await setup(['database'], await environment());
    expect((await setup(['database'], owners)).lines).toEqual([
      'database: roles and databases are not compared, because RESEAL_ADMIN_DATABASE_URL is not set',
      'database: nothing to do',
    ]);
  });

  it('An administrator without the rights, a wrong password and an absent server are one line each', async () => {
    await newAdmin('');
    oneLine(
      await setup(['database'], await environment(adminUrl())),
      /^PostgreSQL: create the role reseal_owner: permission denied to create role\. Set RESEAL_ADMIN_DATABASE_URL to/,
    );
    oneLine(
      await setup(['database'], await environment(urlOf('bank_admin', 'wrong', 'postgres'))),
      /^PostgreSQL: password authentication failed for user "bank_admin"/,
    );
    const nowhere = new URL(postgres.url);
    nowhere.port = '1';
    oneLine(
      await setup(['database'], await environment(nowhere.href)),
      /^PostgreSQL: connect ECONNREFUSED 127\.0\.0\.1:1$/,
    );
  });
});
