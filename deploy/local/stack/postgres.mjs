import fs from 'node:fs';
import path from 'node:path';
import { runToLog } from '../lib/commands.mjs';
import { writeFileAtomically } from '../lib/files.mjs';
import { identityOf, signalGroup } from '../lib/process-identity.mjs';
import { postgresHome } from './postgres-home.mjs';

const ADMIN = 'postgres';

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
  return `postgresql://${ADMIN}:${password}@${settings.host}:${settings.ports.postgres}/postgres`;
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
    const args = ['-D', data, '-U', ADMIN, '--auth=scram-sha-256', `--pwfile=${passwordFile}`].concat(
      Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    );
    try {
      const log = path.join(settings.logs, 'postgres.log');
      await runToLog(path.join(bin, 'initdb'), args, { log, env, cwd: folder, ...owner });
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
 * After a power cut another process may have got the pid that postmaster.pid names, and PostgreSQL would not start.
 * A postmaster that really lives is ended: it belongs to this state folder, so a killed launcher left it.
 */
function clearStalePidFile(data) {
  const file = path.join(data, 'postmaster.pid');
  if (!fs.existsSync(file)) return;
  const pid = Number.parseInt(fs.readFileSync(file, 'utf8'), 10);
  if (!(pid > 0) || identityOf(pid) === undefined) return; // PostgreSQL itself sees that it is stale
  if (workingFolder(pid) === data) signalGroup(pid, 'SIGQUIT');
  else fs.rmSync(file);
}

function workingFolder(pid) {
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
