/** When to hand over what was gathered. */
interface Timing {
  /** What comes within this time of the first item goes with it. */
  readonly collectMs: number;
  /** The shortest time from one handover to the next. */
  readonly pauseMs: number;
}

/** Gathers items, each once, and hands them over together: soon after a quiet time, less often under load. */
export class Gathering {
  private readonly items = new Set<string>();
  private lastAt = -Infinity;

  constructor(
    private readonly handOver: (items: readonly string[]) => void,
    private readonly timing: Timing,
  ) {}

  add(items: readonly string[]): void {
    const waits = this.items.size > 0;
    for (const item of items) this.items.add(item);
    if (waits || this.items.size === 0) return;
    const { collectMs, pauseMs } = this.timing;
    const waitMs = Math.max(collectMs, this.lastAt + pauseMs - performance.now());
    setTimeout(() => this.flush(), waitMs).unref();
  }

  private flush(): void {
    this.lastAt = performance.now();
    const items = [...this.items];
    this.items.clear();
    this.handOver(items);
  }
}
