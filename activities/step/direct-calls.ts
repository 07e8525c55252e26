import { ProviderRefused } from '#libs/provider-client';
import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleType,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  isTaskCancelledError,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
} from 'cockatiel';

/**
 * How a direct call ended. `refused`: no retry can succeed. `slow`: it still runs. `not_made`: too many steps wait for
 * calls, or the last calls were slow.
 */
export type DirectOutcome = 'done' | 'refused' | 'failed' | 'slow' | 'not_made';

export interface DirectCallOptions {
  /** How long a step waits for its call, in milliseconds. */
  readonly waitMs: number;
  /**
   * How many steps may wait at once. A waiting step keeps its workflow task, and the worker has 40 of them for all
   * reissues.
   */
  readonly atOnce: number;
  /** How many calls in a row must be slow until no further ones are made for a while. */
  readonly slowCalls?: number;
  /** How long no calls are made after that, in milliseconds. Then one call is the trial. */
  readonly pauseMs?: number;
  readonly onOutcome?: (outcome: DirectOutcome) => void;
}

/**
 * Calls that a step makes itself, because an activity of Temporal costs more than most calls take. The step waits only for
 * a short time: whatever is not done by then is left to a durable activity, which retries for as long as it takes. Slow
 * calls of some reissues must not delay the others, so few steps wait at once, and none while calls are slow.
 */
export class DirectCalls {
  private readonly limit;
  private readonly breaker;
  private readonly patience;
  private readonly onOutcome: (outcome: DirectOutcome) => void;

  constructor({ waitMs, atOnce, slowCalls = 3, pauseMs = 10_000, onOutcome }: DirectCallOptions) {
    this.limit = bulkhead(atOnce);
    this.breaker = circuitBreaker(handleType(TaskCancelledError), {
      breaker: new ConsecutiveBreaker(slowCalls),
      halfOpenAfter: pauseMs,
    });
    this.patience = timeout(waitMs, TimeoutStrategy.Aggressive);
    this.onOutcome = onOutcome ?? (() => undefined);
  }

  /** Makes a call and waits for it, but not for long. A call that is slow continues. */
  async make(call: () => Promise<void>): Promise<DirectOutcome> {
    const outcome = await this.outcomeOf(call);
    this.onOutcome(outcome);
    return outcome;
  }

  private async outcomeOf(call: () => Promise<void>): Promise<DirectOutcome> {
    // While the trial runs, the breaker would let other calls wait for its end.
    if (this.breaker.state === CircuitState.HalfOpen) return 'not_made';
    try {
      await this.limit.execute(() => this.breaker.execute(() => this.patience.execute(call)));
      return 'done';
    } catch (error) {
      if (isBulkheadRejectedError(error) || isBrokenCircuitError(error)) return 'not_made';
      if (isTaskCancelledError(error)) return 'slow';
      return error instanceof ProviderRefused ? 'refused' : 'failed';
    }
  }
}
