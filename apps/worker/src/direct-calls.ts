import { DirectCalls, type DirectOutcome } from '#activities/step';
import { Counter, type Registry } from 'prom-client';

/**
 * The calls that steps make themselves, with their limits, counted by outcome. Together they leave a quarter of the
 * worker's workflow tasks to other reissues when all calls are slow.
 */
export class WorkerDirectCalls {
  private readonly counter = new Counter({
    name: 'reseal_direct_calls_total',
    help: 'Calls that steps made themselves, by outcome; failed, slow and not_made ones are left to durable activities',
    labelNames: ['calls', 'outcome'],
    registers: [],
  });
  readonly providers = new DirectCalls({ waitMs: 2_000, atOnce: 20, onOutcome: this.count('providers') });
  readonly notifications = new DirectCalls({
    waitMs: 500,
    atOnce: 10,
    onOutcome: this.count('notifications'),
  });

  register(registry: Registry): void {
    registry.registerMetric(this.counter);
  }

  private count(calls: string): (outcome: DirectOutcome) => void {
    return (outcome) => this.counter.inc({ calls, outcome });
  }
}
