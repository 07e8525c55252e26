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

/** Closed: calls go through. Open: they fail at once. Half-open: one goes through, to find out. */
export type Circuit = 'closed' | 'half-open' | 'open';

export interface CircuitChange {
  readonly provider: string;
  /** Which of the provider's addresses. */
  readonly address: string;
  readonly circuit: Circuit;
}

export interface CircuitOptions {
  /** How many calls must fail in a row for the circuit to open. */
  readonly failures?: number;
  /** How long it stays open at first, and at most after probes that failed, in milliseconds. */
  readonly openMs?: number;
  readonly longestOpenMs?: number;
  /** Told of every change, and of the state at the beginning. */
  readonly onChange?: (change: CircuitChange) => void;
}

interface AddressOptions {
  readonly provider: string;
  /** Where the provider's API begins, path included. */
  readonly url: string;
  readonly circuit?: CircuitOptions | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

const stateNames: Readonly<Record<CircuitState, Circuit>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

const tooManyRequests = 429;

/** One address of a provider, with a circuit breaker of its own. */
export class ProviderAddress {
  /** Host and path: the same after a restart. */
  readonly name: string;
  private readonly breaker: CircuitBreakerPolicy;

  constructor(private readonly options: AddressOptions) {
    const { host, pathname } = new URL(options.url);
    this.name = host + pathname.replace(/\/+$/, '');
    const { failures = 5, openMs = 1_000, longestOpenMs = 5_000, onChange } = options.circuit ?? {};
    this.breaker = circuitBreaker(handleWhen(tellsOfFailure), {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: openMs, maxDelay: longestOpenMs }),
    });
    const tell = (state: CircuitState) =>
      onChange?.({ provider: options.provider, address: this.name, circuit: stateNames[state] });
    tell(this.breaker.state);
    this.breaker.onStateChange(tell);
  }

  /**
   * As `callProvider`, unless the circuit is open.
   *
   * @param before waited for when the call is let through
   * @throws CircuitOpen at once, also while another call finds out whether the provider is back
   */
  async call<Answer>(
    call: Omit<ProviderCall<Answer>, 'provider'>,
    timeoutMs: number,
    before?: () => Promise<void>,
  ): Promise<Answer> {
    const { provider, url, fetch } = this.options;
    if (this.breaker.state === CircuitState.HalfOpen) throw this.circuitOpen();
    try {
      return await this.breaker.execute(async () => {
        await before?.();
        return callProvider(
          { url, timeoutMs, ...(fetch && { fetch }) },
          { ...call, provider: `${provider} (${this.name})` },
        );
      });
    } catch (error) {
      throw isBrokenCircuitError(error) ? this.circuitOpen() : error;
    }
  }

  private circuitOpen(): CircuitOpen {
    return new CircuitOpen(`${this.options.provider} (${this.name}) failed too often of late`);
  }
}

// Too many requests may be those for one person: no reason to call it for nobody.
function tellsOfFailure(error: unknown): boolean {
  return error instanceof ProviderUnavailable && error.status !== tooManyRequests;
}
