/** The result of one round of a case. */
export interface Sample {
  readonly operations: number;
  readonly seconds: number;
  /** Processor time of all processes that take part in the work; undefined if it is not measured. */
  readonly cpuSeconds?: number;
}

/** An operation whose rate is measured in rounds. */
export interface Case {
  readonly name: string;
  /** Its row in the table. */
  readonly title: string;
  /** Prepares what the rounds use up. This time does not count. */
  prepare?(rounds: number): Promise<void>;
  round(): Promise<Sample>;
}

/** The result of all rounds of a case. Rates are operations a second. */
export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly operations: number;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  /** Processor time of one operation, in microseconds. A busy machine changes it less than the rate. */
  readonly cpuMicroseconds?: number;
}

/** Length of a round. In processor time, so that a busy machine makes as many operations as a quiet one. */
const roundCpuSeconds = 1;
const batch = 20;
const warmUp = 2;

/** Repeats an operation sequentially, until it has used one second of processor time. */
export async function inSequence(operation: () => unknown): Promise<Sample> {
  const cpu = process.cpuUsage();
  const since = performance.now();
  let operations = 0;
  let cpuSeconds = 0;
  while (cpuSeconds < roundCpuSeconds) {
    for (let i = 0; i < batch; i += 1) {
      const result = operation();
      if (result instanceof Promise) await result;
    }
    operations += batch;
    const { user, system } = process.cpuUsage(cpu);
    cpuSeconds = (user + system) / 1e6;
  }
  return { operations, seconds: (performance.now() - since) / 1000, cpuSeconds };
}

/** Runs an operation for each item, `concurrency` at a time. */
export async function inParallel<T>(
  concurrency: number,
  items: readonly T[],
  operation: (item: T) => Promise<unknown>,
): Promise<Sample> {
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) await operation(item);
  };
  const since = performance.now();
  await Promise.all(Array.from({ length: concurrency }, work));
  return { operations: items.length, seconds: (performance.now() - since) / 1000 };
}

/**
 * Measures the cases alternately, so that a disturbance of the machine affects all of them. Two warm-up rounds do not
 * count; code gets compiled and caches get filled in them.
 */
export async function interleaved(
  cases: readonly Case[],
  rounds: number,
  progress: (round: number) => void,
): Promise<Measured[]> {
  for (const { prepare } of cases) await prepare?.(warmUp + rounds);
  const samples = new Map(cases.map(({ name }) => [name, [] as Sample[]]));
  for (let round = 1 - warmUp; round <= rounds; round += 1) {
    progress(round);
    for (const one of cases) {
      const sample = await one.round();
      if (round > 0) samples.get(one.name)!.push(sample);
    }
  }
  return cases.map(({ name, title }) => summary(name, title, samples.get(name)!));
}

function summary(name: string, title: string, samples: readonly Sample[]): Measured {
  const rates = samples.map(({ operations, seconds }) => operations / seconds);
  const cpu = samples.flatMap(({ operations, cpuSeconds }) =>
    cpuSeconds === undefined ? [] : [(cpuSeconds / operations) * 1e6],
  );
  return {
    name,
    title,
    operations: samples.reduce((sum, { operations }) => sum + operations, 0),
    median: medianOf(rates),
    lowest: Math.min(...rates),
    highest: Math.max(...rates),
    ...(cpu.length > 0 && { cpuMicroseconds: medianOf(cpu) }),
  };
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
