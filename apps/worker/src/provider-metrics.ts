import type { NotifyContext } from '#activities/notification';
import type { OnCall } from '#libs/provider-client';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Measures the calls to providers, and counts the messages to customers. */
export class ProviderMetrics {
  private readonly durations = new Histogram({
    name: 'reseal_provider_call_duration_seconds',
    help: 'Calls to providers, SMS gateway and mail server by outcome: answered, refused, unavailable (not carried out), unknown',
    labelNames: ['provider', 'address', 'outcome'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [],
  });
  private readonly messages = new Counter({
    name: 'reseal_notification_messages_total',
    help: 'Messages to customers by channel and outcome: sent, failed (tried again), refused (not tried again)',
    labelNames: ['channel', 'outcome'],
    registers: [],
  });

  readonly onCall: OnCall = ({ provider, address, outcome, seconds }) =>
    this.durations.observe({ provider, address, outcome }, seconds);

  readonly onTried: NonNullable<NotifyContext['onTried']> = (channel, outcome) =>
    this.messages.inc({ channel, outcome });

  register(registry: Registry): void {
    registry.registerMetric(this.durations);
    registry.registerMetric(this.messages);
  }
}
