import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { databaseUrlOf, stateFolder } from '../support/app-environment.js';
import { migrate } from '#libs/db/migrations';

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
 * its rows. With `empty` it has no table.
 */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const admin = databaseUrlOf('admin');
  const urlOf = (role: Role) => {
    const url = new URL(admin);
    url.username = `reseal_${role}`;
    url.password = passwordOf(url.username);
    url.pathname = `/${name}`;
    return url.href;
  };

  await asAdmin(admin, `grant reseal_owner to current_user`).catch(() => undefined); // a superuser needs no grant
  await asAdmin(admin, `create database ${name} owner reseal_owner`);
  try {
    if (!empty) await migrate(urlOf('owner'));
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

/** The password of a database role of the stack. */
const passwordOf = (role: string) =>
  readFileSync(join(stateFolder(), 'secrets/database', role), 'utf8').trim();

async function asAdmin(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
