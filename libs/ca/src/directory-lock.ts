import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { KeyStoreError } from './key-store.js';

/**
 * Runs work that two processes must not do at the same time. A lock file names the process; the file of a killed
 * process of this machine is removed.
 *
 * @throws {KeyStoreError} if another process holds the lock
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  if (!acquire(path)) {
    const [host, pid] = holderOf(path);
    if (host !== hostname() || isRunning(Number(pid))) {
      throw new KeyStoreError(
        `process ${pid} on ${host} is changing the authority; if it is no longer running, delete ${path}`,
      );
    }
    rmSync(path, { force: true });
    if (!acquire(path)) throw new KeyStoreError(`another process is changing the authority: ${path}`);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function acquire(path: string): boolean {
  try {
    writeFileSync(path, `${hostname()} ${process.pid}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(path: string): [host: string, pid: string] {
  try {
    const [host = '', pid = ''] = readFileSync(path, 'utf8').trim().split(' ');
    return [host, pid];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [hostname(), '']; // released at this moment
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
