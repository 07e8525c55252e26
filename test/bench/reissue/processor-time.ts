import { readdirSync, readFileSync } from 'node:fs';
import { childrenOf, readStat } from '../proc.js';

/** A process whose time is read. */
export interface NamedProcess {
  readonly name: string;
  readonly pid: number;
  /** Whether to read its groups of threads also. For processes of Node. */
  readonly threads?: boolean;
}

/** Milliseconds by part. A group of threads has the name of its process, a colon and its own name. */
export type ProcessorTime = Readonly<Record<string, number>>;

/** What a part's name begins with if it is a group of backends of PostgreSQL. */
export const backendsOf = (role: string) => `PostgreSQL for ${role}`;
export const postgresServer = 'PostgreSQL itself';

/** Names of Node's threads, as `comm` shows their first 15 characters, and of Temporal's native threads. */
const threadGroups: readonly (readonly [RegExp, string])[] = [
  [/^(MainThread|node)$/, 'main thread'],
  [/^WorkerThread$/, 'workflow thread'],
  [/^libuv-worker$/, 'libuv'],
  [/^(tokio-runtime-w|temporal-|workflow-proces)/, 'Temporal’s native threads'],
];
const otherThreads = 'V8’s threads';

interface Backend {
  readonly role: string;
  readonly ms: number;
}

/** The processor time that processes have used since they started. */
export interface Reading {
  readonly processes: ProcessorTime;
  /** By process id, because backends start and end. */
  readonly backends: ReadonlyMap<number, Backend>;
  /** Of backends that have ended. */
  readonly endedMs: number;
}

/** @param postmaster the process id of PostgreSQL's first process, whose children are the backends */
export function readProcessorTime(processes: readonly NamedProcess[], postmaster: number): Reading {
  const times: Record<string, number> = {};
  for (const { name, pid, threads } of processes) {
    times[name] = (times[name] ?? 0) + readStat(pid).ms;
    if (threads) for (const [group, ms] of Object.entries(threadsOf(pid))) times[`${name}: ${group}`] = ms;
  }
  const { ms, endedChildrenMs } = readStat(postmaster);
  const backends = new Map<number, Backend>([[postmaster, { role: postgresServer, ms }]]);
  for (const pid of childrenOf(postmaster)) {
    const backend = backendOf(pid);
    if (backend) backends.set(pid, backend);
  }
  return { processes: times, backends, endedMs: endedChildrenMs };
}

/** The time that each part has used between two readings. */
export function usedBetween(before: Reading, after: Reading): ProcessorTime {
  const used: Record<string, number> = {};
  for (const [name, ms] of Object.entries(after.processes)) used[name] = ms - (before.processes[name] ?? 0);
  let ended = after.endedMs - before.endedMs;
  for (const [pid, { role, ms }] of after.backends)
    used[role] = (used[role] ?? 0) + ms - (before.backends.get(pid)?.ms ?? 0);
  for (const [pid, { ms }] of before.backends) if (!after.backends.has(pid)) ended -= ms;
  used[postgresServer] = (used[postgresServer] ?? 0) + Math.max(0, ended);
  return used;
}

function threadsOf(pid: number): Record<string, number> {
  const times: Record<string, number> = {};
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${thread}`;
    try {
      const comm = readFileSync(`${folder}/comm`, 'utf8').trim();
      const group = threadGroups.find(([pattern]) => pattern.test(comm))?.[1] ?? otherThreads;
      times[group] =
        (times[group] ?? 0) + Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    } catch {
      // The thread has ended.
    }
  }
  return times;
}

/** The role of a backend is in its title: `postgres: reseal_worker reseal 127.0.0.1(4711) idle`. */
function backendOf(pid: number): Backend | undefined {
  try {
    const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const role = /^postgres: reseal_(\w+) /.exec(title)?.[1];
    return { role: role ? backendsOf(role) : postgresServer, ms: readStat(pid).ms };
  } catch {
    return undefined; // It has ended.
  }
}
