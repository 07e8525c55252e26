import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/**
 * One durable timer for all deadlines. A timer that already runs and fires earlier than needed is left alone:
 * whoever is woken looks at the row and sets the clock anew. That saves a cancelled timer with every step.
 */
export class WakeUpTimer {
  private running: { readonly at: number; readonly scope: CancellationScope } | undefined;

  constructor(private readonly wake: () => void) {}

  /** Rings at `at` (milliseconds since the epoch) at the latest. */
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
