import { StackControl } from '../../support/stack-control.js';
import { inParallel, medianOf } from '../measure.js';
import { residentMiB } from '../proc.js';
import type { Path } from '../reissue/paths.js';
import { markdownTable } from '../reissue/table.js';
import { grewTooMuch, grownBy } from './tolerance.js';

/** Processes that could keep something of each reissue. */
const watched = ['worker', 'gateway', 'signer'] as const;
/** Samples of the memory, evenly spread over the reissues. */
const samples = 20;
/** The first samples do not count: caches fill up to their limits, and V8 finds the size of its heap. */
const warmUp = samples / 4;
const concurrency = 16;

type Memory = Readonly<Record<(typeof watched)[number], number>>;

/** Resident memory of the processes after equal numbers of reissues, in MiB. */
export async function measureMemory(
  path: Path,
  count: number,
  progress: (text: string) => void,
): Promise<readonly Memory[]> {
  const processes = await new StackControl().processIds();
  const taken: Memory[] = [];
  for (let sample = 1; sample <= samples; sample += 1) {
    const makers = await path.prepare(Math.ceil(count / samples));
    await inParallel(concurrency, makers, (make) => make());
    const memory = Object.fromEntries(watched.map((name) => [name, residentMiB(processes[name]!)]));
    taken.push(memory as Memory);
    progress(`${sample * makers.length} reissues: the worker has ${taken.at(-1)!.worker.toFixed(0)} MiB`);
  }
  return taken;
}

/** The table of the memory, and whether it grows. Compares the samples after the warm-up with the last ones. */
export function memoryReport(taken: readonly Memory[], count: number): { table: string; grows: boolean } {
  const rows = watched.map((name) => {
    const values = taken.map((memory) => memory[name]);
    const [early, late] = [medianOf(values.slice(warmUp, 2 * warmUp)), medianOf(values.slice(-warmUp))];
    return { name, early, late };
  });
  const [early, late] = [warmUp * 1.5, samples - warmUp / 2].map((at) => Math.round((at / samples) * count));
  const table = markdownTable(
    ['resident memory, MiB', `after ${early} reissues`, `after ${late}`, 'growth'],
    rows.map((row) => [row.name, row.early.toFixed(0), row.late.toFixed(0), grownBy(row.early, row.late)]),
  );
  return { table, grows: rows.some((row) => grewTooMuch(row.early, row.late)) };
}
