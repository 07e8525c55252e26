import { setTimeout as delay } from 'node:timers/promises';

/** The assumed duration of a call before the first one was measured, in milliseconds. */
const typicalMs = 30;

/** How long after a failure an outage is assumed, if no other call followed, in milliseconds. */
const outageMs = 60_000;

/** The number of calls that are remembered. */
const rememberedCalls = 64;

interface Calls {
  /** Durations of the last answered calls, in milliseconds. */
  readonly times: number[];
  failure?: { readonly error: Error; readonly ms: number; readonly at: number } | undefined;
}

/**
 * Remembers durations and outcomes of the last calls of each kind. A call for an unknown person imitates one of them,
 * chosen at random: it takes as long, and it fails during an outage. Neither a single answer nor the distribution of many
 * answers then reveals whether a person exists.
 */
export class RecentCalls {
  private readonly kinds = new Map<string, Calls>();

  /** @param now milliseconds of a monotonic clock @param pause waits for a number of milliseconds */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly pause: (ms: number) => Promise<void> = delay,
  ) {}

  async measure<T>(kind: string, call: () => Promise<T>): Promise<T> {
    const calls = this.of(kind);
    const from = this.now();
    try {
      const result = await call();
      calls.times.push(this.now() - from);
      if (calls.times.length > rememberedCalls) calls.times.shift();
      calls.failure = undefined;
      return result;
    } catch (error) {
      if (error instanceof Error) calls.failure = { error, ms: this.now() - from, at: this.now() };
      throw error;
    }
  }

  /** @throws the error of the last call during an outage */
  async imitate(kind: string): Promise<void> {
    const { times, failure } = this.of(kind);
    if (failure && this.now() - failure.at < outageMs) {
      await this.pause(failure.ms);
      throw failure.error;
    }
    await this.pause(times[Math.floor(Math.random() * times.length)] ?? typicalMs);
  }

  private of(kind: string): Calls {
    const calls = this.kinds.get(kind) ?? { times: [] };
    this.kinds.set(kind, calls);
    return calls;
  }
}
