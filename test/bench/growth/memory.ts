import { StackControl } from '../../support/stack-control.js';
import { restartWithInspector } from '../inspector/inspector.js';
import { keptMiB } from '../inspector/kept-memory.js';
import { inParallel, medianOf } from '../measure.js';
import { residentMiB } from '../proc.js';
import type { Path } from '../reissue/paths.js';
import { markdownTable } from '../reissue/table.js';
import { grewTooMuch, grownBy } from './tolerance.js';

/** Processes that could keep something of each reissue. */
const watched = ['worker', 'gateway', 'signer'] as const;
/** Samples of the memory, evenly spread over the reissues. */
const samples = 20;
/** The first samples do not count: caches fill up to their limits. */
const warmUp = samples / 4;
const concurrency = 16;

/** MiB. */
interface ProcessMemory {
  /** Heap and buffers of JavaScript after a full collection. */
  readonly kept: number;
  /** All memory of the process that is in RAM, after that collection. */
  readonly resident: number;
}
type Memory = Readonly<Record<(typeof watched)[number], ProcessMemory>>;

/** Restarts the processes with an inspector, and measures their memory after equal numbers of reissues. */
export async function measureMemory(
  path: Path,
  count: number,
  progress: (text: string) => void,
): Promise<readonly Memory[]> {
  const ports = await restartWithInspector(watched);
  const pids = await new StackControl().processIds();
  const memoryOf = async (name: (typeof watched)[number]): Promise<ProcessMemory> => {
    const kept = await keptMiB(ports[name]);
    return { kept, resident: residentMiB(pids[name]!) };
  };
  const taken: Memory[] = [];
  for (let sample = 1; sample <= samples; sample += 1) {
    const makers = await path.prepare(Math.ceil(count / samples));
    await inParallel(concurrency, makers, (make) => make());
    const [worker, gateway, signer] = await Promise.all(watched.map(memoryOf));
    taken.push({ worker: worker!, gateway: gateway!, signer: signer! });
    progress(
      `${sample * makers.length} reissues: the worker keeps ${worker!.kept.toFixed(1)} MiB, ` +
        `${worker!.resident.toFixed(0)} MiB are resident`,
    );
  }
  return taken;
}

/** The table of the memory, and whether it grows. Compares the samples after the warm-up with the last ones. */
export function memoryReport(taken: readonly Memory[], count: number): { table: string; grows: boolean } {
  const rows = watched.flatMap((name) =>
    (['kept', 'resident'] as const).map((kind) => {
      const values = taken.map((memory) => memory[name][kind]);
      const [early, late] = [medianOf(values.slice(warmUp, 2 * warmUp)), medianOf(values.slice(-warmUp))];
      return { name: `${name}, ${kind}`, early, late };
    }),
  );
  const [early, late] = [warmUp * 1.5, samples - warmUp / 2].map((at) => Math.round((at / samples) * count));
  const table = markdownTable(
    ['memory after a full collection, MiB', `after ${early} reissues`, `after ${late}`, 'growth'],
    rows.map((row) => [row.name, row.early.toFixed(1), row.late.toFixed(1), grownBy(row.early, row.late)]),
  );
  return { table, grows: rows.some((row) => grewTooMuch(row.early, row.late)) };
}
