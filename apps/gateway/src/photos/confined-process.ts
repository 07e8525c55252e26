import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** As which user a process runs. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
}

/** The user 65534 of Linux (`nobody`) and its group, which own no file. */
const nobodyUser: ProcessUser = { uid: 65_534, gid: 65_534 };

/** What the process may read: its own code and the libraries, none of which is secret. */
const readable = (file: string, root: string) => [
  dirname(file),
  join(root, 'node_modules'),
  join(root, 'package.json'),
];

/**
 * The user that decodes photos: `nobody`, if this process is root and `nobody` can read the code and run Node. Otherwise
 * undefined: only root can start a process as another user.
 */
export function unprivilegedUser(file: string): ProcessUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const libraries = ['sharp', 'heic-decode'].map((name) => createRequire(import.meta.url).resolve(name));
  const readAll = 'process.argv.slice(1).forEach((path) => fs.readFileSync(path))';
  const { status } = spawnSync(process.execPath, ['-e', readAll, file, ...libraries], {
    ...nobodyUser,
    cwd: '/',
    env: {},
    stdio: 'ignore',
  });
  return status === 0 ? nobodyUser : undefined;
}

const closeOnExec = 0o2_000_000;
const channel = 3;

/**
 * The descriptors that every program which this process starts would inherit. Node opens none such; they were open when
 * it was started, by a shell or a supervisor. Known on Linux only.
 */
function inheritable(): number[] {
  const folder = '/proc/self/fdinfo';
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => {
      const path = join(folder, name);
      // The one of the folder itself is closed again.
      const flags = existsSync(path) ? /^flags:\s+(\d+)/m.exec(readFileSync(path, 'latin1'))?.[1] : undefined;
      return flags !== undefined && (parseInt(flags, 8) & closeOnExec) === 0;
    })
    .map(Number)
    .filter((descriptor) => descriptor > channel);
}

// Looked for once: what is opened later is not inherited.
const inherited = inheritable();

/**
 * Starts `file` in a process that has nothing of ours: an empty environment, no descriptor but the channel to this process,
 * and by Node's permission model no file but its code, no write, no process to start. Native code is beyond that model;
 * where `user` is another one, the kernel keeps this process's environment, memory and key files from it, too.
 *
 * @param root the folder of package.json and node_modules
 * @param megabytes for JavaScript, and as much for WebAssembly
 */
export function forkConfined(
  file: string,
  {
    root,
    megabytes,
    user,
  }: { readonly root: string; readonly megabytes: number; readonly user: ProcessUser | undefined },
): ChildProcess {
  const nothing = openSync('/dev/null', 'r+');
  const stdio = Array.from({ length: Math.max(channel, ...inherited) + 1 }, (_, descriptor) => {
    if (descriptor === channel) return 'ipc';
    // What is ignored beyond the first three is inherited all the same, so that something has to take its place.
    return inherited.includes(descriptor) ? nothing : 'ignore';
  });
  const child = fork(file, [], {
    ...user,
    // The folder of this process need not be open to another user.
    cwd: '/',
    env: {},
    execArgv: [
      '--permission',
      // Of sharp; and of the thread that watches the memory.
      ...['--allow-addons', '--allow-worker'],
      ...readable(file, root).map((path) => `--allow-fs-read=${path}`),
      `--max-old-space-size=${megabytes}`,
      // Pages of 64 KiB.
      `--wasm-max-mem-pages=${megabytes * 16}`,
    ],
    serialization: 'advanced',
    stdio,
  });
  closeSync(nothing);
  return child;
}
