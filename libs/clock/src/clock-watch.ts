import type { Clock } from '#libs/domain';
import { sql, type QueryExecutorProvider } from 'kysely';

/** The clock of this process is not PostgreSQL's. */
class ClockWrong extends Error {
  override readonly name = 'ClockWrong';

  constructor(aheadMs: number) {
    const seconds = Math.round(Math.abs(aheadMs) / 1_000);
    super(
      `the clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's: no work is taken`,
    );
  }
}

export interface ClockWatchOptions {
  /** Any connection: only the time is read. */
  readonly db: QueryExecutorProvider;
  readonly clock: Clock;
  /** By how much the clocks may differ, in milliseconds. */
  readonly toleranceMs: number;
}

const measureIntervalMs = 5_000;
/** How soon PostgreSQL is asked again that was away when this process started. */
const firstRetryMs = 250;

/**
 * Holds a process's clock against PostgreSQL's, which all processes share. By a wrong clock envelopes and tokens of the
 * right time are refused, a certificate begins in the future, and fresh intents of others seem abandoned: it is better to
 * take no work until the clock is set. A clock that is set while the process runs is noticed at once, by the monotonic
 * clock, and PostgreSQL is asked every five seconds.
 */
export class ClockWatch {
  private measured: { readonly aheadMs: number; readonly wall: number; readonly steady: number } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly options: ClockWatchOptions) {}

  /** By how much the clock is ahead now; undefined until PostgreSQL could be asked. */
  get aheadMs(): number | undefined {
    if (!this.measured) return undefined;
    const { aheadMs, wall, steady } = this.measured;
    return aheadMs + (this.options.clock().getTime() - wall) - (performance.now() - steady);
  }

  /** @throws ClockWrong while the clocks differ by more than the tolerance */
  readonly require = (): void => {
    const { aheadMs } = this;
    if (aheadMs !== undefined && Math.abs(aheadMs) > this.options.toleranceMs) throw new ClockWrong(aheadMs);
  };

  /**
   * The same for work that is impossible without PostgreSQL: it waits until the clocks were compared.
   *
   * @throws Error before that
   */
  readonly requireCompared = (): void => {
    if (!this.measured) throw new Error("the clock was not compared with the database's yet");
    this.require();
  };

  /** Asks PostgreSQL for its time. What the answer took does not count against the clock. */
  async measure(): Promise<void> {
    const before = this.options.clock().getTime();
    const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(this.options.db);
    const wall = this.options.clock().getTime();
    const there = rows[0]!.now.getTime();
    const aheadMs = there < before ? before - there : there > wall ? wall - there : 0;
    this.measured = { aheadMs, wall, steady: performance.now() };
  }

  /** Measures now, and goes on doing so; that PostgreSQL is away is known by other checks. */
  async start(): Promise<void> {
    await this.measure().catch(() => undefined);
    if (this.stopped) return;
    this.timer = setTimeout(
      () => void this.start(),
      this.measured ? measureIntervalMs : firstRetryMs,
    ).unref();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** For Nest, where it is a provider. */
  async onModuleInit(): Promise<void> {
    await this.start();
  }

  onModuleDestroy(): void {
    this.stop();
  }
}
