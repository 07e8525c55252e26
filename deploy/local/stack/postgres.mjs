import fs from 'node:fs';
import path from 'node:path';
import { passwordFile } from '../../../apps/setup/src/keys/first-keys.ts';
import { runToLog } from '../lib/commands.mjs';
import { writeFileAtomically } from '../lib/files.mjs';
import { signalGroup } from '../lib/process-identity.mjs';
import { until } from '../lib/wait.mjs';
import { postgresHome } from './postgres-home.mjs';

/** @import { Host, ProcessSpec, Settings, StackContext, TlsClient, TlsFiles } from '../types.js' */
/** @import { PostgresHome } from './postgres-home.mjs' */

const adminRole = 'postgres';

/**
 * Settings of the server. All others keep their defaults, such as synchronous commits and fsync.
 * @param {Settings} settings
 * @param {Host} host
 * @returns {Record<string, string | number>}
 */
const serverSettings = ({ ports, cluster, countStatements }, { address }) => ({
  listen_addresses: address,
  port: ports.postgres,
  unix_socket_directories: '', // a socket's path is limited to 107 bytes; that of a state folder is not
  max_connections: cluster ? 400 : 200,
  // A standby that begins with a copy of the data folder gets what was written since from these files.
  ...(cluster && { wal_keep_size: '1GB' }),
  shared_buffers: '128MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%u@%d ',
  ...(countStatements && { shared_preload_libraries: 'pg_stat_statements' }),
});

/**
 * The URL of the superuser, or of the administrator in RESEAL_POSTGRES_URL.
 * @param {StackContext} context
 * @param {string} [address] of one host of a cluster; by default of the primary, through the load balancer
 */
export function adminUrl({ settings, secrets, tls }, address = settings.host) {
  if (settings.external.postgres) return settings.external.postgres;
  const url = new URL(`postgresql://${adminRole}@${address}:${settings.ports.postgres}/postgres`);
  url.password = secrets.passwords.postgres ?? '';
  const launcher = tls?.clients.launcher;
  if (tls && launcher)
    for (const [name, value] of Object.entries({
      sslmode: 'verify-full',
      sslrootcert: tls.ca,
      sslcert: launcher.certificate,
      sslkey: launcher.key,
    }))
      url.searchParams.set(name, value);
  return url.href;
}

/**
 * The URL of a role in a database.
 * @param {StackContext} context
 * @param {string} role
 * @param {string} database
 */
export function databaseUrl(context, role, database) {
  const url = new URL(adminUrl(context));
  url.username = role;
  url.password = context.secrets.passwords[role] ?? '';
  url.pathname = `/${database}`;
  return url.href;
}

/**
 * The settings with which an app connects as a role. With TLS the password is in a file, and the app has its certificate.
 * @param {StackContext} context
 * @param {TlsClient} app
 * @param {string} role
 * @returns {Record<string, string>}
 */
export function databaseEnvironment(context, app, role) {
  const { tls, secrets, settings } = context;
  if (!tls || settings.external.postgres)
    return { RESEAL_DATABASE_URL: databaseUrl(context, role, databaseOf(app)) };
  const { certificate, key } = tls.clients[app];
  return {
    RESEAL_DATABASE_URL: withoutCredentials(databaseUrl(context, role, databaseOf(app))),
    RESEAL_DATABASE_PASSWORD_FILE: path.join(secrets.folder, passwordFile(role)),
    RESEAL_DATABASE_CA_FILE: tls.ca,
    RESEAL_DATABASE_CERTIFICATE_FILE: certificate,
    RESEAL_DATABASE_KEY_FILE: key,
  };
}

/** @param {TlsClient} app */
const databaseOf = (app) => (app === 'sandbox' ? 'reseal_sandbox' : 'reseal');

/**
 * The URL for an app whose other settings name its password and certificates.
 * @param {string} text
 */
export function withoutCredentials(text) {
  const url = new URL(text);
  url.password = '';
  url.search = '';
  return url.href;
}

/**
 * The files with which PostgreSQL demands TLS and a certificate of every client. Its user must own the key.
 * @param {string} folder
 * @param {TlsFiles} tls
 * @param {{uid?: number, gid?: number}} owner
 * @returns {Record<string, string>}
 */
function tlsSettings(folder, tls, owner) {
  /**
   * @param {string} name
   * @param {string} content
   */
  const write = (name, content) => {
    const file = path.join(folder, name);
    writeFileAtomically(file, content, { mode: 0o600, ...owner });
    return file;
  };
  const { certificate, key } = tls.servers.postgres;
  return {
    ssl: 'on',
    ssl_ca_file: write('clients-ca.pem', fs.readFileSync(tls.ca, 'utf8')),
    ssl_cert_file: write('server.pem', fs.readFileSync(certificate, 'utf8')),
    ssl_key_file: write('server.key', fs.readFileSync(key, 'utf8')),
  };
}

/**
 * Who may connect: everyone who reaches the server and knows a password, with TLS only with a certificate. initdb's own
 * rules are for a server that only this machine reaches.
 * @param {string} folder
 * @param {boolean} tls
 * @param {{uid?: number, gid?: number}} owner
 */
function hostRules(folder, tls, owner) {
  const file = path.join(folder, 'pg_hba.conf');
  const [type, more] = tls ? ['hostssl', ' clientcert=verify-ca'] : ['host', ''];
  const rules = ['all', 'replication'].map(
    (database) => `${type} ${database} all all scram-sha-256${more}\n`,
  );
  writeFileAtomically(file, rules.join(''), { mode: 0o600, ...owner });
  return { hba_file: file };
}

const serverEnvironment = { PATH: process.env.PATH, LANG: 'C.UTF-8', TZ: 'UTC' };

/**
 * Creates the data folder on the first boot.
 * @param {StackContext} context
 * @param {PostgresHome} home
 */
export async function createData({ settings, secrets }, { bin, data, folder, owner }) {
  if (fs.existsSync(path.join(data, 'PG_VERSION'))) return;
  emptyDataFolder({ data, owner }); // from an initdb that was interrupted
  const passwordFile = path.join(folder, 'initial-password');
  writeFileAtomically(passwordFile, secrets.passwords.postgres ?? '', { mode: 0o600, ...owner });
  const options = {
    encoding: 'UTF8',
    'locale-provider': 'builtin',
    'builtin-locale': 'C.UTF-8',
    locale: 'C',
  };
  const args = ['-D', data, '-U', adminRole, '--auth=scram-sha-256', `--pwfile=${passwordFile}`].concat(
    Object.entries(options).map(([name, value]) => `--${name}=${value}`),
  );
  try {
    const log = path.join(settings.logs, 'postgres.log');
    const environment = { env: serverEnvironment, cwd: folder, ...owner };
    await runToLog(path.join(bin, 'initdb'), args, { log, what: 'initdb', ...environment });
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
}

/** @param {Pick<PostgresHome, 'data' | 'owner'>} home */
export function emptyDataFolder({ data, owner }) {
  fs.rmSync(data, { recursive: true, force: true });
  fs.mkdirSync(data, { mode: 0o700 });
  if (owner.uid !== undefined && owner.gid !== undefined) fs.chownSync(data, owner.uid, owner.gid);
}

/**
 * @param {StackContext} context
 * @param {Host} host
 * @param {(context: StackContext, home: PostgresHome) => Promise<void>} provideData runs before each start
 * @returns {ProcessSpec} the server process
 */
export function preparePostgres(context, host, provideData = createData) {
  const { settings, tls } = context;
  const home = postgresHome(settings, host);
  const { bin, data, folder, owner } = home;
  const all = {
    ...serverSettings(settings, host),
    ...hostRules(folder, Boolean(tls), owner),
    ...(tls && tlsSettings(folder, tls, owner)),
  };
  return {
    command: path.join(bin, 'postgres'),
    args: ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env: serverEnvironment,
    cwd: folder,
    ...owner,
    stopSignal: 'SIGINT', // "fast" shutdown: ends sessions and writes a checkpoint
    beforeStart: async () => {
      await clearStalePidFile(data);
      await provideData(context, home);
    },
  };
}

/**
 * Removes postmaster.pid after a kill. PostgreSQL treats the file as stale only if no process has its pid, but another
 * process may have it, or the killed one may be a zombie. On Linux it is stale if no process works in the data folder.
 * @param {string} data
 */
async function clearStalePidFile(data) {
  if (process.platform !== 'linux') return;
  for (const pid of processesIn(data)) signalGroup(pid, 'SIGQUIT');
  const empty = async () => {
    const left = processesIn(data);
    if (left.length > 0) throw new Error(`processes ${left.join(', ')} still work in ${data}`);
  };
  await until(empty, { what: 'The data folder', timeoutMs: 15_000 });
  fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
}

/**
 * The ids of the processes with this working folder. The postmaster and its backends work in the data folder.
 * @param {string} folder
 */
function processesIn(folder) {
  /** @param {string} pid */
  const worksHere = (pid) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false; // ended, a zombie, or of another user
    }
  };
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && worksHere(name))
    .map(Number);
}
