import { Counter, Gauge, type Registry } from 'prom-client';
import type { CustomerEventConsumer, CustomerEventConsumerOptions } from './customer-event-consumer.js';
import { deadLetterReasons } from './read-customer-event.js';

/** The counters of received events, which the consumer reports to. */
export class CustomerEventMetrics {
  private readonly handled = new Counter({
    name: 'reseal_customer_events_total',
    help: 'Events of the bank about customers that were handled',
    labelNames: ['type', 'outcome'],
    registers: [],
  });
  private readonly deadLetters = new Counter({
    name: 'reseal_customer_event_dead_letters_total',
    help: 'Messages of the bank that became dead letters',
    labelNames: ['reason'],
    registers: [],
  });

  readonly callbacks: Required<Pick<CustomerEventConsumerOptions, 'onHandled' | 'onDeadLetter'>> = {
    onHandled: (type, outcome) => this.handled.inc({ type, outcome }),
    onDeadLetter: (reason) => this.deadLetters.inc({ reason }),
  };

  /** Adds the metrics. The lag is NaN while Kafka cannot be reached. */
  register(consumer: Pick<CustomerEventConsumer, 'lag' | 'failingSeconds'>, registry: Registry): void {
    registry.registerMetric(this.handled);
    registry.registerMetric(this.deadLetters);
    // Prometheus sees an increase only of a series that exists before.
    for (const reason of deadLetterReasons) this.deadLetters.inc({ reason }, 0);
    const registers = [registry];
    new Gauge({
      name: 'reseal_customer_events_lag',
      help: "Messages in the topic of the bank's events that no worker has handled",
      registers,
      async collect() {
        this.set(await consumer.lag().catch(() => NaN));
      },
    });
    new Gauge({
      name: 'reseal_customer_events_failing_seconds',
      help: 'How long events of the bank could not be received, or the handling of one has failed; 0 if all is well',
      registers,
      collect() {
        this.set(consumer.failingSeconds);
      },
    });
  }
}
