import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { projectRoot } from '#libs/config';
import { migrate } from '#libs/db/migrations';
import { databaseUrlOf, stateFolder } from '../support/app-environment.js';

/** The options of tests' connections: their name, and a long timeout for a busy machine. */
export const asSpec = { applicationName: 'spec', connectionTimeoutMs: 30_000 } as const;

/** The database roles of our apps. */
export type Role = 'owner' | 'gateway' | 'ops' | 'worker' | 'signer' | 'status' | 'customers' | 'sandbox';

/** A separate, migrated database on the stack's server. Drop it at the end. */
export interface TestDatabase {
  urlOf(role: Role): string;
  /** Copies the database. Every connection to it ends. */
  backUp(): Promise<Backup>;
  drop(): Promise<void>;
}

/** A copy of a database that can replace it. */
export interface Backup {
  restore(): Promise<void>;
  drop(): Promise<void>;
}

/**
 * Creates the database `t_<random>` for the tests of one file, which may change its time, empty its tables and count
 * its rows. With `empty` it has no table. Otherwise it is a copy of a migrated one, because migrating takes seconds.
 */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const asAdmin = (sql: string) => withAdmin(async (admin) => void (await admin.query(sql)));
  const urlOf = (role: Role) => urlOfRole(role, name);

  await asAdmin('grant reseal_owner to current_user').catch(() => undefined); // a superuser needs no grant
  if (empty) await asAdmin(`create database ${name} owner reseal_owner`);
  else await copy(await migratedTemplate(), name);
  const copyWithoutConnections = async (from: string, to: string) => {
    await asAdmin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${from}'`);
    await copy(from, to);
  };
  const backUp = async (): Promise<Backup> => {
    const backup = `${name}_backup`;
    await copyWithoutConnections(name, backup);
    return {
      async restore() {
        await asAdmin(`drop database ${name} with (force)`);
        await copyWithoutConnections(backup, name);
      },
      drop: () => asAdmin(`drop database ${backup} with (force)`),
    };
  };
  return { urlOf, backUp, drop: () => asAdmin(`drop database ${name} with (force)`) };
}

/**
 * The name of a database with today's schema and no rows, which the first caller of a server makes. No connection to it
 * stays open, because PostgreSQL copies no database that is in use.
 */
async function migratedTemplate(): Promise<string> {
  const digest = createHash('sha256');
  const migrations = join(projectRoot(), 'libs/db/migrations');
  for (const file of readdirSync(migrations).sort())
    digest.update(file).update(readFileSync(join(migrations, file)));
  const name = `migrated_${digest.digest('hex').slice(0, 16)}`;
  await withAdmin(async (admin) => {
    // Files that run at the same time share it. The lock ends with the connection.
    await admin.query(`select pg_advisory_lock(hashtext('test databases'))`);
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [name]);
    if (rowCount) return;
    // Named at the end, so that a run that was interrupted leaves no half-made template.
    const draft = `${name}_draft`;
    await admin.query(`drop database if exists ${draft} with (force)`);
    await admin.query(`create database ${draft} owner reseal_owner`);
    await migrate(urlOfRole('owner', draft));
    await admin.query(`alter database ${draft} rename to ${name}`);
  });
  return name;
}

/** Copies a database with its privileges as the migrations set them: PostgreSQL does not copy those. */
async function copy(from: string, to: string): Promise<void> {
  await withAdmin(async (admin) => {
    await admin.query(`create database ${to} template ${from} owner reseal_owner`);
    await admin.query(`revoke temporary on database ${to} from public`);
  });
}

function urlOfRole(role: Role, database: string): string {
  const url = new URL(databaseUrlOf('admin'));
  url.username = `reseal_${role}`;
  url.password = passwordOf(url.username);
  url.pathname = `/${database}`;
  return url.href;
}

/** The password of a database role of the stack. */
const passwordOf = (role: string) =>
  readFileSync(join(stateFolder(), 'secrets/database', role), 'utf8').trim();

async function withAdmin(work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrlOf('admin') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
