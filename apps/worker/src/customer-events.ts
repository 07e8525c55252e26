import { createCustomerEventHandler, type CustomerEventContext } from '#activities/customer-events';
import { isPermanent } from '#activities/step';
import { CustomerEventConsumer, CustomerEventMetrics, type CustomerEventConsumerOptions } from '#libs/events';
import type { Registry } from 'prom-client';

type Options = Omit<CustomerEventConsumerOptions, 'topic' | 'handle' | 'isPermanent'> & {
  /** Undefined if the bank sends no events. */
  readonly topic: string | undefined;
};

/** What receives the bank's events about its customers. Each worker is a member of the consumer group. */
export class CustomerEvents {
  private readonly metrics = new CustomerEventMetrics();
  private readonly consumer: CustomerEventConsumer | undefined;

  constructor(context: CustomerEventContext, { topic, ...options }: Options) {
    if (topic === undefined) return;
    const handle = createCustomerEventHandler(context);
    this.consumer = new CustomerEventConsumer({
      ...options,
      ...this.metrics.callbacks,
      topic,
      isPermanent,
      handle: async (event) => (await handle(event)).outcome,
    });
  }

  register(registry: Registry): void {
    if (this.consumer) this.metrics.register(this.consumer, registry);
  }

  start(): void {
    this.consumer?.start();
  }

  async stop(): Promise<void> {
    await this.consumer?.stop();
  }
}
