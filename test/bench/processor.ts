import type { Database } from '#libs/db';
import { sql } from 'kysely';
import { childrenOf, readStat } from './proc.js';

/** The processor time of a process and all its threads, in seconds. */
export const processSeconds = (pid: number) => readStat(pid).ms / 1_000;

/** A meter of the processor time of this process and of all processes of PostgreSQL, in seconds. */
export async function processorMeter(db: Database): Promise<() => number> {
  const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(db);
  const { parent: postmaster } = readStat(rows[0]!.pid);
  return () => {
    const { user, system } = process.cpuUsage();
    const { ms, endedChildrenMs } = readStat(postmaster);
    const backends = childrenOf(postmaster).reduce((sum, pid) => sum + msOf(pid), 0);
    return (user + system) / 1e6 + (ms + endedChildrenMs + backends) / 1_000;
  };
}

function msOf(pid: number): number {
  try {
    return readStat(pid).ms;
  } catch {
    return 0; // It has ended.
  }
}
