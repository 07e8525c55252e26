import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The user that a process runs as. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
}

/** The user 65534 of Linux (`nobody`) and its group, which own no file. */
const nobodyUser: ProcessUser = { uid: 65_534, gid: 65_534 };

/** What the process may read: its own code and the libraries. None of it is secret. */
const readable = (file: string, root: string) => [
  dirname(file),
  join(root, 'node_modules'),
  join(root, 'package.json'),
];

/**
 * The user to decode photos as: `nobody`, if this process is root and `nobody` can read the code and run Node. Otherwise
 * undefined, because only root can start a process as another user.
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
 * The descriptors that child processes would inherit. Node opens none of them: a shell or a supervisor left them open when
 * it started this process. Empty on systems other than Linux.
 */
function inheritable(): number[] {
  const folder = '/proc/self/fdinfo';
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => {
      const path = join(folder, name);
      // The descriptor of the folder itself is closed by now.
      const flags = existsSync(path) ? /^flags:\s+(\d+)/m.exec(readFileSync(path, 'latin1'))?.[1] : undefined;
      return flags !== undefined && (parseInt(flags, 8) & closeOnExec) === 0;
    })
    .map(Number)
    .filter((descriptor) => descriptor > channel);
}

// Read once: descriptors that are opened later are not inherited.
const inherited = inheritable();

/**
 * Starts `file` in a confined process. It has an empty environment and no descriptor but the channel to this process.
 * Node's permission model lets it read its code only, and neither write files nor start processes. Native code can bypass
 * that model. If `user` is another user, the kernel also protects the environment, memory and key files of this process.
 *
 * @param root the folder of package.json and node_modules
 * @param megabytes of memory for JavaScript, and as much for WebAssembly
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
    // 'ignore' closes the first three descriptors only. /dev/null takes the place of the others.
    return inherited.includes(descriptor) ? nothing : 'ignore';
  });
  const child = fork(file, [], {
    ...user,
    // Another user may not be able to read the working directory of this process.
    cwd: '/',
    env: {},
    execArgv: [
      '--permission',
      // For sharp, and for the thread that watches the memory.
      ...['--allow-addons', '--allow-worker'],
      ...readable(file, root).map((path) => `--allow-fs-read=${path}`),
      `--max-old-space-size=${megabytes}`,
      // In pages of 64 KiB.
      `--wasm-max-mem-pages=${megabytes * 16}`,
    ],
    serialization: 'advanced',
    stdio,
  });
  closeSync(nothing);
  return child;
}
