import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second (`getconf CLK_TCK`). */
const msPerTick = 10;

/** A process and its processor time, in milliseconds. */
export interface ProcessStat {
  readonly parent: number;
  readonly ms: number;
  readonly endedChildrenMs: number;
}

/**
 * Reads proc_pid_stat(5). The second field is the command in parentheses and may contain anything, so fields count from
 * the last parenthesis.
 *
 * @throws Error if the process has ended
 */
export function readStat(pid: number | string): ProcessStat {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15);
  return {
    parent: fields[1]!,
    ms: (user + system) * msPerTick,
    endedChildrenMs: (childrenUser + childrenSystem) * msPerTick,
  };
}

/** The process ids of the children of a process. */
export const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

/** The resident memory of a process in MiB, by proc_pid_status(5). */
export function residentMiB(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
