import { setTimeout as sleep } from 'node:timers/promises';

/** How long a provider takes that was never called yet, in milliseconds. */
const typicalMs = 30;

/** How long a failure is taken for an outage that still lasts, when nothing else was heard since. */
const outageMs = 60_000;

/** How many calls are remembered. */
const memory = 64;

interface Calls {
  /** How long the last ones took that were answered. */
  readonly times: number[];
  failure?: { readonly error: Error; readonly ms: number; readonly at: number } | undefined;
}

/**
 * How the last calls of each kind went. A call for somebody whom the bank does not know takes as long as one of them,
 * chosen at random, and fails while they fail: neither the time nor the outcome of an answer tells who exists, nor do
 * many of them together, whose times are spread alike.
 */
export class RecentCalls {
  private readonly kinds = new Map<string, Calls>();

  /** @param now and `pause` in milliseconds */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly pause: (ms: number) => Promise<void> = sleep,
  ) {}

  async measure<T>(kind: string, call: () => Promise<T>): Promise<T> {
    const calls = this.of(kind);
    const from = this.now();
    try {
      const result = await call();
      calls.times.push(this.now() - from);
      if (calls.times.length > memory) calls.times.shift();
      calls.failure = undefined;
      return result;
    } catch (error) {
      if (error instanceof Error) calls.failure = { error, ms: this.now() - from, at: this.now() };
      throw error;
    }
  }

  /** @throws what the last call threw, if that was not long ago */
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
