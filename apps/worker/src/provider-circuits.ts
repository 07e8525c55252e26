import type { Logger } from '#libs/observability';
import type { Circuit, CircuitChange } from '#libs/provider-client';
import { Gauge, type Registry } from 'prom-client';

const values: Readonly<Record<Circuit, number>> = { closed: 0, 'half-open': 1, open: 2 };

/** Logs and counts the circuit breakers of providers: which addresses are called, and which failed too often. */
export class ProviderCircuits {
  private readonly last = new Map<string, CircuitChange>();
  private readonly unavailable = new Set<string>();

  constructor(private readonly logger: Pick<Logger, 'info' | 'warn'>) {}

  readonly onChange = (change: CircuitChange): void => {
    const { provider, address, circuit } = change;
    const key = `${provider} ${address}`;
    this.last.set(key, change);
    // One line for an outage, however many trial calls fail until it is over.
    if (circuit === 'open' && !this.unavailable.has(key)) {
      this.unavailable.add(key);
      this.logger.warn(change, 'provider is not called: too many calls failed');
    }
    if (circuit === 'closed' && this.unavailable.delete(key))
      this.logger.info(change, 'provider is called again');
  };

  register(registry: Registry): void {
    const { last } = this;
    new Gauge({
      name: 'reseal_provider_circuit',
      help: 'Circuit breaker of a provider address: 0 closed (calls pass), 1 half-open (one trial call), 2 open (no calls)',
      labelNames: ['provider', 'address'],
      registers: [registry],
      collect() {
        for (const { provider, address, circuit } of last.values())
          this.set({ provider, address }, values[circuit]);
      },
    });
  }
}
