import fs from 'node:fs';
import path from 'node:path';
import { runToLog } from '../lib/commands.mjs';
import { writeFileAtomically } from '../lib/files.mjs';
import { signalGroup } from '../lib/process-identity.mjs';
import { until } from '../lib/wait.mjs';
import { postgresHome } from './postgres-home.mjs';

const adminRole = 'postgres';

/** Postgres's own settings; whatever is not here stays as the server has it (synchronous commits, fsync). */
const serverSettings = ({ ports, host }) => ({
  listen_addresses: host,
  port: ports.postgres,
  unix_socket_directories: '', // a socket's path may not be longer than 107 bytes, a state folder's may
  max_connections: 200,
  shared_buffers: '128MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%u@%d ',
});

/** @returns {string} the URL of the superuser (or of the administrator RESEAL_POSTGRES_URL names) */
export function adminUrl({ settings, secrets }) {
  if (settings.external.postgres) return settings.external.postgres;
  const password = encodeURIComponent(secrets.passwords.postgres);
  return `postgresql://${adminRole}:${password}@${settings.host}:${settings.ports.postgres}/postgres`;
}

/** @returns {string} the URL of one role in one database, on whichever server is used */
export function databaseUrl(context, role, database) {
  const url = new URL(adminUrl(context));
  url.username = role;
  url.password = context.secrets.passwords[role];
  url.pathname = `/${database}`;
  return url.href;
}

/** Creates the cluster on the first boot and says how its server process is run. */
export async function preparePostgres({ settings, secrets }) {
  const { bin, data, folder, owner } = postgresHome(settings);
  const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', TZ: 'UTC' };
  if (!fs.existsSync(path.join(data, 'PG_VERSION'))) {
    fs.rmSync(data, { recursive: true, force: true }); // what an interrupted initdb left
    fs.mkdirSync(data, { mode: 0o700 });
    if (owner.uid !== undefined) fs.chownSync(data, owner.uid, owner.gid);
    const passwordFile = path.join(folder, 'initial-password');
    writeFileAtomically(passwordFile, secrets.passwords.postgres, { mode: 0o600, ...owner });
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
      await runToLog(path.join(bin, 'initdb'), args, { log, what: 'initdb', env, cwd: folder, ...owner });
    } finally {
      fs.rmSync(passwordFile, { force: true });
    }
  }
  return {
    command: path.join(bin, 'postgres'),
    args: [
      '-D',
      data,
      ...Object.entries(serverSettings(settings)).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env,
    cwd: folder,
    ...owner,
    stopSignal: 'SIGINT', // "fast" shutdown: ends sessions, writes a checkpoint
    beforeStart: () => clearStalePidFile(data),
  };
}

/**
 * PostgreSQL takes postmaster.pid for stale only when no process has that pid; after a kill another may have got it,
 * or the dead one may not have been reaped. Where one can see who works in the data folder, nobody there means stale.
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

/** Postmaster and backends alike have the data folder as working folder. */
function processesIn(folder) {
  const worksHere = (pid) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false; // gone, a zombie, or another user's
    }
  };
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && worksHere(name))
    .map(Number);
}
