import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/**
 * One durable timer for all deadlines. A running timer that fires earlier than needed stays: the workflow then reads
 * the row and sets the timer again. This saves a cancelled timer with every step.
 */
export class WakeUpTimer {
  private running: { readonly at: number; readonly scope: CancellationScope } | undefined;

  constructor(private readonly wake: () => void) {}

  /** Wakes at `at` (milliseconds since the epoch) or earlier. */
  setFor(at: number): void {
    if (this.running && this.running.at <= at) return;
    this.running?.scope.cancel();
    const timer = { at, scope: new CancellationScope() };
    this.running = timer;
    timer.scope
      .run(() => sleep(Math.max(0, at - Date.now())))
      .then(() => {
        this.running = undefined;
        this.wake();
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }
}
