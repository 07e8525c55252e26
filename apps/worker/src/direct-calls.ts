import { DirectCalls } from '#activities/step';
import { Counter, type Registry } from 'prom-client';

/**
 * The calls to providers that steps make themselves, with their limits, counted by outcome. They leave half of the
 * worker's workflow tasks to other reissues when all calls are slow.
 */
export class WorkerDirectCalls {
  private readonly counter = new Counter({
    name: 'reseal_direct_calls_total',
    help: 'Calls that steps made themselves, by outcome; failed, slow and not_made ones are left to durable activities',
    labelNames: ['calls', 'outcome'],
    registers: [],
  });
  readonly providers = new DirectCalls({
    waitMs: 2_000,
    atOnce: 20,
    onOutcome: (outcome) => this.counter.inc({ calls: 'providers', outcome }),
  });

  register(registry: Registry): void {
    registry.registerMetric(this.counter);
  }
}
