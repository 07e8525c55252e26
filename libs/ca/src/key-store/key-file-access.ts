import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { KeyStoreError } from '../key-store.js';

/** What decides who can open a file. */
interface FileAccess {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
  /** Whether this process sees it on a read-only mount. */
  readonly readOnlyMount: boolean;
}

/** A process's user and groups. */
interface ProcessIdentity {
  readonly uid: number;
  readonly gids: readonly number[];
}

/**
 * Checks that only this process can open a key file. Symbolic links are followed if they stay in the file's directory: a
 * mounted Kubernetes Secret consists of such links.
 *
 * @returns the path of the file itself
 * @throws {KeyStoreError} with the file and the problem
 */
export function requirePrivateKeyFile(path: string): string {
  if (!lstatSync(path, { throwIfNoEntry: false })) throw new KeyStoreError(`${path} does not exist`);
  const file = realPathOf(path);
  if (!file.startsWith(`${realpathSync(dirname(path))}${sep}`))
    throw new KeyStoreError(`${path} is a link that leaves its directory`);
  const status = statSync(file);
  if (!status.isFile()) throw new KeyStoreError(`${path} is not a regular file`);
  const { getuid, getegid, getgroups } = process;
  if (!getuid || !getegid || !getgroups) return file;
  const identity = { uid: getuid(), gids: [getegid(), ...getgroups()] };
  const { uid, gid, mode } = status;
  const problem = accessProblem({ uid, gid, mode, readOnlyMount: isOnReadOnlyMount(file) }, identity);
  if (problem) throw new KeyStoreError(`${path} ${problem}`);
  return file;
}

/**
 * Why a key file with this access is refused; undefined if it is accepted: it is the process's own and closed to others, or
 * it is what Kubernetes makes of a Secret for a pod with `fsGroup`: root's, readable by one of the process's groups, on a
 * mount that is read-only.
 */
export function accessProblem(file: FileAccess, { uid, gids }: ProcessIdentity): string | undefined {
  const fromSecret =
    file.uid === 0 && (file.mode & 0o337) === 0 && gids.includes(file.gid) && file.readOnlyMount;
  if (fromSecret) return undefined;
  if (file.mode & 0o077)
    return 'can be opened by other users: chmod 600, or mount the Secret read-only with defaultMode 0440 and fsGroup';
  return file.uid === uid ? undefined : 'belongs to another user';
}

/** Whether the last mount that holds a file is read-only, by proc_pid_mountinfo(5). */
function isOnReadOnlyMount(file: string): boolean {
  try {
    return isReadOnlyIn(readFileSync('/proc/self/mountinfo', 'utf8'), file);
  } catch {
    return false; // not Linux
  }
}

/** `isOnReadOnlyMount` for the text of a mountinfo file. */
export function isReadOnlyIn(mountInfo: string, file: string): boolean {
  const mounts = mountInfo
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, , , , point = '', options = '']) => ({ point: unescaped(point), options: options.split(',') }))
    .filter(({ point }) => point !== '' && (file === point || file.startsWith(point.replace(/\/?$/, '/'))));
  // A later mount on the same point hides the earlier one.
  const holding = mounts.reduce<(typeof mounts)[number] | undefined>(
    (longest, each) => (!longest || each.point.length >= longest.point.length ? each : longest),
    undefined,
  );
  return holding?.options.includes('ro') ?? false;
}

/** A mount point without the octal escapes of space, tab, newline and backslash. */
const unescaped = (point: string): string =>
  point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new KeyStoreError(`${path} is not readable (${(error as NodeJS.ErrnoException).code})`);
  }
}
