import {
  CircuitState,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  isBrokenCircuitError,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { callProvider, type ProviderCall } from './call-provider.js';
import { CircuitOpen, ProviderUnavailable } from './errors.js';
import { addressName, measureCall, type OnCall } from './measure-call.js';

/** Closed: calls pass. Open: they fail at once. Half-open: one call passes as a probe. */
export type Circuit = 'closed' | 'half-open' | 'open';

export interface CircuitChange {
  readonly provider: string;
  /** The provider's address. */
  readonly address: string;
  readonly circuit: Circuit;
}

export interface CircuitOptions {
  /** The number of consecutive failures that open the circuit. */
  readonly failures?: number;
  /** The first time that the circuit stays open, in milliseconds. */
  readonly openMs?: number;
  /** The longest time that it stays open after failed probes, in milliseconds. */
  readonly longestOpenMs?: number;
  /** Called with the first state and with every change. */
  readonly onChange?: (change: CircuitChange) => void;
}

interface AddressOptions {
  readonly provider: string;
  /** Base URL of the provider's API. */
  readonly url: string;
  readonly circuit?: CircuitOptions | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly onCall?: OnCall | undefined;
}

const stateNames: Readonly<Record<CircuitState, Circuit>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

const tooManyRequests = 429;

/** One address of a provider, with its own circuit breaker. */
export class ProviderAddress {
  /** Host and path; stable across restarts. */
  readonly name: string;
  private readonly breaker: CircuitBreakerPolicy;

  constructor(private readonly options: AddressOptions) {
    this.name = addressName(options.url);
    const { failures = 5, openMs = 1_000, longestOpenMs = 5_000, onChange } = options.circuit ?? {};
    this.breaker = circuitBreaker(handleWhen(countsAsFailure), {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: openMs, maxDelay: longestOpenMs }),
    });
    const report = (state: CircuitState) =>
      onChange?.({ provider: options.provider, address: this.name, circuit: stateNames[state] });
    report(this.breaker.state);
    this.breaker.onStateChange(report);
  }

  /**
   * Makes a call as `callProvider` does, unless the circuit is open.
   *
   * @param before runs before a call that may pass
   * @throws CircuitOpen at once, also while another call is the probe
   */
  async call<Answer>(
    call: Omit<ProviderCall<Answer>, 'provider'>,
    timeoutMs: number,
    before?: () => Promise<void>,
  ): Promise<Answer> {
    const { provider, url, fetch, onCall } = this.options;
    if (this.breaker.state === CircuitState.HalfOpen) throw this.circuitOpen();
    try {
      return await this.breaker.execute(async () => {
        await before?.();
        return measureCall({ provider, address: this.name, onCall }, () =>
          callProvider(
            { url, timeoutMs, ...(fetch && { fetch }) },
            { ...call, provider: `${provider} (${this.name})` },
          ),
        );
      });
    } catch (error) {
      throw isBrokenCircuitError(error) ? this.circuitOpen() : error;
    }
  }

  private circuitOpen(): CircuitOpen {
    return new CircuitOpen(`${this.options.provider} (${this.name}) failed too often recently`);
  }
}

// Too many requests may concern one person only, so 429 does not open the circuit for all.
function countsAsFailure(error: unknown): boolean {
  return error instanceof ProviderUnavailable && error.status !== tooManyRequests;
}
