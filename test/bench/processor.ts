import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from '#libs/db';
import { sql } from 'kysely';

/** Linux counts processor time in hundredths of a second (`getconf CLK_TCK`). */
const ticksPerSecond = 100;

interface Stat {
  readonly parent: number;
  readonly own: number;
  readonly ofEndedChildren: number;
}

/** Reads proc_pid_stat(5). The name may contain spaces and brackets, so fields count from the last bracket. */
function statOf(pid: number | string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    return { parent: fields[1]!, own: user + system, ofEndedChildren: childUser + childSystem };
  } catch {
    return undefined; // the process has ended
  }
}

/** The processor time of a process and all its threads, in seconds. */
export const processSeconds = (pid: number) => statOf(pid)!.own / ticksPerSecond;

/** A meter of the processor time of this process and of all processes of PostgreSQL, in seconds. */
export async function processorMeter(db: Database): Promise<() => number> {
  const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(db);
  const postmaster = statOf(rows[0]!.pid)!.parent;
  return () => {
    const { user, system } = process.cpuUsage();
    const main = statOf(postmaster)!;
    const children = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => statOf(name) ?? [])
      .filter(({ parent }) => parent === postmaster);
    const ticks = children.reduce((sum, { own }) => sum + own, main.own + main.ofEndedChildren);
    return (user + system) / 1e6 + ticks / ticksPerSecond;
  };
}
