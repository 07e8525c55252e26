import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** @import { ProcessRecord } from '../types.js' */

/**
 * Identifies a process together with its pid. The system reuses a pid, but not a pid with the same start time.
 * @param {number} pid
 * @returns {string | undefined} undefined when no such process runs
 */
export function processIdentityOf(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The command, in parentheses, may contain spaces. The state follows it, and the start time 19 fields later.
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

/**
 * Whether the recorded process still runs: the same pid with the same start time.
 * @param {ProcessRecord | undefined} record
 */
export const isAlive = (record) =>
  Boolean(record?.pid && record.identity && processIdentityOf(record.pid) === record.identity);

/**
 * Signals a child's whole process group, or the child alone if it leads no group. A process that has ended is no error.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function signalGroup(pid, signal) {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
    }
  }
}

/**
 * Waits until a process has ended.
 * @param {ProcessRecord} record
 * @param {number} ms
 * @returns {Promise<boolean>} false if it still runs after `ms`
 */
export async function untilEnded(record, ms) {
  const until = Date.now() + ms;
  while (isAlive(record)) {
    if (Date.now() > until) return false;
    await delay(50);
  }
  return true;
}
