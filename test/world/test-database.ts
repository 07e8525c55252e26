import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import pg from 'pg';
import { migrate } from '../../libs/db/src/migrate.js';

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

const state = () => process.env.RESEAL_STATE ?? '.reseal';

/**
 * Creates the database `t_<random>` for the tests of one file, which may change its time, empty its tables and count
 * its rows. With `empty` it has no table.
 */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const passwords = JSON.parse(
    readFileSync(join(state(), 'secrets', 'database-passwords.json'), 'utf8'),
  ) as Record<string, string>;
  const admin = adminUrl(passwords);
  const urlOf = (role: Role) => {
    const url = new URL(admin);
    url.username = `reseal_${role}`;
    url.password = passwords[url.username] ?? '';
    url.pathname = `/${name}`;
    return url.href;
  };

  await asAdmin(admin, `grant reseal_owner to current_user`).catch(() => undefined); // a superuser needs no grant
  await asAdmin(admin, `create database ${name} owner reseal_owner`);
  try {
    if (!empty) await migrate(urlOf('owner'), () => undefined);
  } catch (error) {
    await asAdmin(admin, `drop database ${name} with (force)`);
    throw error;
  }
  const copy = async (from: string, to: string) => {
    await asAdmin(admin, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${from}'`);
    await asAdmin(admin, `create database ${to} template ${from} owner reseal_owner`);
  };
  const backUp = async (): Promise<Backup> => {
    const backup = `${name}_backup`;
    await copy(name, backup);
    return {
      async restore() {
        await asAdmin(admin, `drop database ${name} with (force)`);
        await copy(backup, name);
      },
      drop: () => asAdmin(admin, `drop database ${backup} with (force)`),
    };
  };
  return { urlOf, backUp, drop: () => asAdmin(admin, `drop database ${name} with (force)`) };
}

/** The administrator's address: of the stack's own server, or RESEAL_POSTGRES_URL. */
function adminUrl(passwords: Readonly<Record<string, string>>): string {
  if (process.env.RESEAL_POSTGRES_URL) return process.env.RESEAL_POSTGRES_URL;
  const file = join(state(), 'env', 'owner.env');
  const url = new URL(parseEnv(readFileSync(file, 'utf8')).RESEAL_DATABASE_URL ?? '');
  url.username = 'postgres';
  url.password = passwords.postgres ?? '';
  url.pathname = '/postgres';
  return url.href;
}

async function asAdmin(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
