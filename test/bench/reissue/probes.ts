import { setTimeout as delay } from 'node:timers/promises';
import { StackControl } from '../../support/stack-control.js';
import {
  readProcessorTime,
  usedBetween,
  type NamedProcess,
  type ProcessorTime,
  type Reading,
} from './processor-time.js';
import { StatementCounter, statementsBetween, type StatementsByRole } from './statements.js';

/** Node processes whose threads are read apart. */
const withThreads: readonly string[] = ['worker', 'gateway', 'signer'];
/** Parts of the stack that only watch a reissue. */
const onlookers: readonly string[] = ['ops', 'status', 'temporal-ui'];
const otherProcesses = 'other processes';
export const bareWorker = 'bare worker';
export const loadGenerator = 'load generator';

/** What all processes have used in some time. */
export interface Usage {
  readonly seconds: number;
  /** Milliseconds. */
  readonly processor: ProcessorTime;
  readonly statements: StatementsByRole;
}

interface Snapshot {
  readonly at: number;
  readonly reading: Reading;
  readonly own: NodeJS.CpuUsage;
  readonly statements: StatementsByRole;
}

/** Reads what the processes of the stack use. */
export class Probes {
  private constructor(
    private readonly processes: readonly NamedProcess[],
    private readonly postmaster: number,
    private readonly counter: StatementCounter,
  ) {}

  /** @param bareWorkerPid the worker of the bare shape, if it runs */
  static async open(bareWorkerPid: number | undefined): Promise<Probes> {
    const { postgres, ...rest } = await new StackControl().processIds();
    const processes = Object.entries(rest).map(([name, pid]) => ({
      name: onlookers.includes(name) ? otherProcesses : name,
      pid,
      threads: withThreads.includes(name),
    }));
    const bare = bareWorkerPid ? [{ name: bareWorker, pid: bareWorkerPid, threads: true }] : [];
    return new Probes([...processes, ...bare], postgres!, await StatementCounter.open());
  }

  async snapshot(): Promise<Snapshot> {
    const statements = await this.counter.read();
    return { at: performance.now(), reading: this.read(), own: process.cpuUsage(), statements };
  }

  async usedSince(before: Snapshot): Promise<Usage> {
    const after = await this.snapshot();
    const own = after.own.user + after.own.system - before.own.user - before.own.system;
    return {
      seconds: (after.at - before.at) / 1000,
      processor: { ...usedBetween(before.reading, after.reading), [loadGenerator]: own / 1000 },
      statements: statementsBetween(before.statements, after.statements),
    };
  }

  /** What the stack uses in some seconds without load. */
  async background(seconds: number): Promise<Usage> {
    const before = await this.snapshot();
    await delay(seconds * 1000);
    return this.usedSince(before);
  }

  /** Waits until the processes use little more than in the background: the work after the last answer is done. */
  async untilQuiet(background: Usage, { pauseMs = 500, longestMs = 20_000 } = {}): Promise<void> {
    const quiet = (1.3 * totalOf(background.processor)) / background.seconds + 40;
    const end = performance.now() + longestMs;
    let before = this.read();
    let since = performance.now();
    while (performance.now() < end) {
      await delay(pauseMs);
      const now = this.read();
      const rate = (totalOf(usedBetween(before, now)) * 1000) / (performance.now() - since);
      if (rate < quiet) return;
      [before, since] = [now, performance.now()];
    }
  }

  close(): Promise<void> {
    return this.counter.close();
  }

  private read(): Reading {
    return readProcessorTime(this.processes, this.postmaster);
  }
}

/** The sum over all processes, each once: groups of threads are parts of their process. */
export function totalOf(time: ProcessorTime): number {
  return Object.entries(time)
    .filter(([name]) => !name.includes(': ') && name !== loadGenerator)
    .reduce((sum, [, ms]) => sum + ms, 0);
}
