import fs from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../lib/files.mjs';
import { mainHostsOf } from '../lib/hosts.mjs';
import { withDatabase } from './databases.mjs';
import { setPrimary } from './load-balancer.mjs';
import { adminUrl, createData, emptyDataFolder } from './postgres.mjs';

/** @import { Client } from 'pg' */
/** @import { Host, StackContext } from '../types.js' */
/** @import { PostgresHome } from './postgres-home.mjs' */

/** Files that a server makes again, or that belong to its process (PostgreSQL, “Making a Base Backup”). */
const notCopied =
  /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/|^postmaster\./;

/**
 * The primary of a stack and, in a cluster, its synchronous standby: a commit of the primary waits until the standby has it
 * on disk. Does what an operator such as CloudNativePG does, except that it does not decide by itself when to fail over.
 */
export class Replication {
  #context;

  /** @param {StackContext} context */
  constructor(context) {
    this.#context = context;
  }

  get #hosts() {
    return mainHostsOf(this.#context.settings);
  }

  get #record() {
    return path.join(this.#context.settings.state, 'primary');
  }

  /** The host of the primary. It is the first one until a standby was promoted. */
  get primary() {
    const name = fs.existsSync(this.#record) ? fs.readFileSync(this.#record, 'utf8').trim() : undefined;
    return /** @type {Host} */ (this.#hosts.find((host) => host.name === name) ?? this.#hosts[0]);
  }

  /** The host of the standby; undefined in a stack of one host. */
  get standby() {
    return this.#hosts.find(({ name }) => name !== this.primary.name);
  }

  /**
   * Provides the data of a server that is about to start: those of the primary are created on the first boot, and a standby
   * begins with a copy.
   * @param {Host} host
   * @returns {(context: StackContext, home: PostgresHome) => Promise<void>}
   */
  dataOf(host) {
    return (context, home) =>
      host.name === this.primary.name ? createData(context, home) : this.#copyTo(host, home);
  }

  /** Lets the primary commit without a standby. It runs before the standby starts, and has none after a promotion. */
  async commitAlone() {
    if (!this.standby) return;
    await this.#onPrimary(async (client) => {
      await client.query('alter system reset synchronous_standby_names');
      await client.query('select pg_reload_conf()');
    });
  }

  /**
   * Resolves when a standby receives every change, and the commits of the primary wait for it.
   * @param {Host} host
   */
  async joined({ name }) {
    await this.#onPrimary(async (client) => {
      const { rows } = await client.query(
        'select state, sync_state from pg_stat_replication where application_name = $1',
        [name],
      );
      if (rows[0]?.state !== 'streaming')
        throw new Error(`the standby is ${rows[0]?.state ?? 'not connected'}`);
      if (rows[0].sync_state === 'sync') return;
      await client.query(`alter system set synchronous_standby_names = ${client.escapeIdentifier(name)}`);
      await client.query('select pg_reload_conf()');
      throw new Error('the commits do not wait for the standby yet');
    });
  }

  /** Makes the standby the primary, after the primary was lost, and sends the clients to it. */
  async failOver() {
    const { standby } = this;
    if (!standby) throw new Error('The stack has no standby.');
    const url = adminUrl(this.#context, standby.address);
    const { rows } = await withDatabase(url, (client) => client.query('select pg_promote(true, 30) as done'));
    if (!rows[0].done) throw new Error(`The standby on host ${standby.name} was not promoted in time.`);
    writeFileAtomically(this.#record, `${standby.name}\n`);
    await setPrimary(this.#context.settings, standby);
  }

  /**
   * Copies the data folder of the primary while it runs.
   * @param {Host} host
   * @param {PostgresHome} home
   */
  async #copyTo(host, home) {
    emptyDataFolder(home);
    await this.#onPrimary(async (client) => {
      const { rows: settings } = await client.query('show data_directory');
      await client.query('select pg_backup_start($1, true)', [host.name]);
      await copyFolder(settings[0].data_directory, home.data, home.owner);
      const { rows } = await client.query('select labelfile from pg_backup_stop(false)');
      /**
       * @param {string} name
       * @param {string} content
       */
      const write = (name, content) =>
        writeFileAtomically(path.join(home.data, name), content, { mode: 0o600, ...home.owner });
      write('backup_label', rows[0].labelfile);
      write('standby.signal', '');
      write('postgresql.auto.conf', `primary_conninfo = '${this.#connectionOf(host, home)}'\n`);
    });
  }

  /**
   * With what a standby connects to the primary, in libpq's form. Its certificate as a server is also one of a client.
   * @param {Host} host
   * @param {PostgresHome} home
   */
  #connectionOf({ name }, { folder }) {
    const url = new URL(adminUrl(this.#context, this.primary.address));
    const values = {
      host: url.hostname,
      port: url.port,
      user: url.username,
      password: decodeURIComponent(url.password),
      application_name: name,
      sslmode: 'verify-full',
      sslrootcert: path.join(folder, 'clients-ca.pem'),
      sslcert: path.join(folder, 'server.pem'),
      sslkey: path.join(folder, 'server.key'),
    };
    return Object.entries(values)
      .map(([key, value]) => `${key}=${value}`)
      .join(' ');
  }

  /**
   * @template T
   * @param {(client: Client) => Promise<T>} use
   */
  #onPrimary(use) {
    return withDatabase(adminUrl(this.#context, this.primary.address), use);
  }
}

/**
 * Copies files that may change and vanish meanwhile: the write-ahead log has what a copy lacks.
 * @param {string} from
 * @param {string} to
 * @param {PostgresHome['owner']} owner
 * @param {string} folder
 */
async function copyFolder(from, to, owner, folder = '') {
  for (const entry of await readdir(path.join(from, folder), { withFileTypes: true })) {
    const name = path.posix.join(folder, entry.name);
    if (notCopied.test(name)) continue;
    const copy = path.join(to, name);
    try {
      if (entry.isDirectory()) {
        await mkdir(copy, { mode: 0o700 });
        await copyFolder(from, to, owner, name);
      } else await copyFile(path.join(from, name), copy);
      if (owner.uid !== undefined && owner.gid !== undefined) fs.chownSync(copy, owner.uid, owner.gid);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
    }
  }
}
