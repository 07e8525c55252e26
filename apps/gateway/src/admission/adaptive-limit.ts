/** Of the limit, each time that calls took too long. */
const decrease = 0.9;

interface LimitRange {
  readonly min: number;
  readonly initial: number;
  readonly max: number;
  /** How long a call may take, in milliseconds. */
  readonly targetMs: number;
}

/** A call that has ended. Times are in milliseconds. */
interface EndedCall {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Calls in progress when it ended, itself included. */
  readonly atOnce: number;
}

/**
 * How many calls may be in progress at once, by the time that they take. The limit grows by one for as many fast calls as it
 * allows, and shrinks by a tenth after a slow one: additive increase and multiplicative decrease, as TCP does it (RFC 5681)
 * and Netflix's concurrency-limits. By Little's law it comes to rest at the throughput multiplied by the target.
 */
export class AdaptiveLimit {
  private exact: number;
  private decreasedAt = -Infinity;

  constructor(private readonly range: LimitRange) {
    this.exact = Math.min(range.initial, range.max);
  }

  get value(): number {
    return Math.floor(this.exact);
  }

  observe({ startedAt, endedAt, atOnce }: EndedCall): void {
    const { min, max, targetMs } = this.range;
    if (endedAt - startedAt > targetMs) {
      // A call that began before the last decrease says nothing about the limit since then.
      if (startedAt < this.decreasedAt) return;
      this.decreasedAt = endedAt;
      this.exact = Math.max(min, this.exact * decrease);
    } else if (2 * atOnce >= this.exact) {
      // Fast calls of an idle process do not show that it can do more at once.
      this.exact = Math.min(max, this.exact + 1 / this.exact);
    }
  }
}
