import { ApplicationFailure } from '@temporalio/common';
import type { Database } from '#libs/db';
import { sql } from 'kysely';

/** Below the margin that an intent's lifetime leaves for clocks that differ. */
const toleranceMs = 10_000;
const measuredForMs = 10_000;

/**
 * Holds the signer's clock against PostgreSQL's, which all signers share. A certificate that begins in the future is
 * refused by whoever gets it, and a signer that is ahead takes the fresh intents of others for abandoned ones: it is
 * better not to sign at all until somebody has set the clock.
 */
export class ClockCheck {
  private measured: { readonly at: number; readonly aheadMs: Promise<number> } | undefined;

  constructor(
    private readonly db: Database,
    private readonly clock: () => Date,
  ) {}

  /** Rejects, for now, if the clocks differ by more than ten seconds; asks at most every ten seconds. */
  async require(): Promise<void> {
    const aheadMs = await this.aheadMs();
    if (Math.abs(aheadMs) <= toleranceMs) return;
    const seconds = Math.round(Math.abs(aheadMs) / 1_000);
    throw ApplicationFailure.retryable(
      `the clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's: nothing is signed`,
      'CLOCK_WRONG',
    );
  }

  private aheadMs(): Promise<number> {
    const now = performance.now();
    if (!this.measured || now - this.measured.at > measuredForMs) {
      const aheadMs = this.measure();
      this.measured = { at: now, aheadMs };
      aheadMs.catch(() => (this.measured = undefined));
    }
    return this.measured.aheadMs;
  }

  /** By how much our clock is ahead; what the answer took does not count against it. */
  private async measure(): Promise<number> {
    const before = this.clock().getTime();
    const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(this.db);
    const after = this.clock().getTime();
    const there = rows[0]!.now.getTime();
    if (there < before) return before - there;
    return there > after ? after - there : 0;
  }
}
