import type { Clock } from '#libs/domain';
import { sql, type QueryExecutorProvider } from 'kysely';

/** The clock of this process differs from PostgreSQL's by more than the tolerance. */
class ClockWrong extends Error {
  override readonly name = 'ClockWrong';

  constructor(aheadMs: number) {
    const seconds = Math.round(Math.abs(aheadMs) / 1_000);
    super(
      `the clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's: the process accepts no work`,
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
/** The interval until the first successful measurement, while PostgreSQL is unavailable. */
const firstRetryMs = 250;

/**
 * Compares the process's clock with PostgreSQL's, which all processes share. With a wrong clock, valid envelopes and tokens
 * are refused, certificates begin in the future, and new intents of other processes look abandoned. A process therefore
 * accepts no work until its clock is right. PostgreSQL is asked every five seconds; a change of the clock in between is
 * noticed at once with the monotonic clock.
 */
export class ClockWatch {
  private measured: { readonly aheadMs: number; readonly wall: number; readonly steady: number } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly options: ClockWatchOptions) {}

  /** How far the clock is ahead now, in milliseconds; undefined before the first measurement. */
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
   * As {@link require}, for work that needs PostgreSQL anyway.
   *
   * @throws Error also before the first comparison
   */
  readonly requireCompared = (): void => {
    if (!this.measured) throw new Error("the clock was not compared with the database's yet");
    this.require();
  };

  /** Asks PostgreSQL for its time. The duration of the query does not count as a difference. */
  async measure(): Promise<void> {
    const before = this.options.clock().getTime();
    const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(this.options.db);
    const wall = this.options.clock().getTime();
    const there = rows[0]!.now.getTime();
    const aheadMs = there < before ? before - there : there > wall ? wall - there : 0;
    this.measured = { aheadMs, wall, steady: performance.now() };
  }

  /** Measures now and then periodically. Other checks report that PostgreSQL is unavailable. */
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

  /** Called by Nest. */
  async onModuleInit(): Promise<void> {
    await this.start();
  }

  onModuleDestroy(): void {
    this.stop();
  }
}
