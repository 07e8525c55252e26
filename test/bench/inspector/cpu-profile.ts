import { Inspector } from './inspector.js';

/** A CPU profile as V8 makes it. Times are in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Microseconds. */
const samplingInterval = 500;

/** Profiles all threads of a process of Node that was started with `--inspect=<port>`. */
export class ProcessProfiler {
  private constructor(private readonly inspector: Inspector) {}

  static async connect(port: number): Promise<ProcessProfiler> {
    return new ProcessProfiler(await Inspector.connect(port));
  }

  async start(): Promise<void> {
    const { threads } = this.inspector;
    for (const { send } of threads) {
      await send('Profiler.enable');
      await send('Profiler.setSamplingInterval', { interval: samplingInterval });
    }
    await Promise.all(threads.map(({ send }) => send('Profiler.start')));
  }

  /** @returns the profile of each thread by its name */
  async stop(): Promise<ReadonlyMap<string, CpuProfile>> {
    const stopped = this.inspector.threads.map(async ({ name, send }) => {
      const { profile } = (await send('Profiler.stop')) as { profile: CpuProfile };
      return [name, profile] as const;
    });
    const profiles = new Map(await Promise.all(stopped));
    this.inspector.close();
    return profiles;
  }
}
