import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

/**
 * Names one life of one process. A pid alone is reused by strangers; pid and start time together are not.
 * @returns {string | undefined} undefined when no such process runs
 */
export function processIdentityOf(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The command in parentheses may hold spaces; the state follows it, the start time 19 fields later.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      return `${fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether the recorded process still lives: the same pid in the same life. */
export const isAlive = (record) =>
  Boolean(record?.pid && record.identity && processIdentityOf(record.pid) === record.identity);

/** Signals a child's whole process group, or the child alone where it leads none. */
export function signalGroup(pid, signal) {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

/** Waits until the process is gone. @returns {Promise<boolean>} false when it still runs after `ms` */
export async function untilGone(record, ms) {
  const until = Date.now() + ms;
  while (isAlive(record)) {
    if (Date.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
