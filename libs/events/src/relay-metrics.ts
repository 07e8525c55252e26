import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventRelay } from './relay.js';

/** Adds the relay's metrics. A value is NaN while PostgreSQL cannot be reached. */
export function registerRelayMetrics(relay: EventRelay, registry: Registry): void {
  const registers = [registry];
  // The two gauges share one query per scrape.
  let pendingQuery: ReturnType<typeof queryLag> | undefined;
  const queryLag = () =>
    relay
      .lag()
      .catch(() => ({ waiting: NaN, oldestSeconds: NaN }))
      .finally(() => (pendingQuery = undefined));
  const lag = () => (pendingQuery ??= queryLag());

  new Gauge({
    name: 'reseal_outbox_waiting_events',
    help: 'Events waiting to be published to Kafka',
    registers,
    async collect() {
      this.set((await lag()).waiting);
    },
  });
  new Gauge({
    name: 'reseal_outbox_oldest_seconds',
    help: 'Age of the oldest event waiting to be published to Kafka; 0 if none waits',
    registers,
    async collect() {
      this.set((await lag()).oldestSeconds);
    },
  });
  new Gauge({
    name: 'reseal_relay_active',
    help: '1 if this process runs the active event relay, otherwise 0',
    registers,
    collect() {
      this.set(relay.active ? 1 : 0);
    },
  });
  let counted = 0;
  new Counter({
    name: 'reseal_events_published_total',
    help: 'Events this process published to Kafka, including repetitions',
    registers,
    collect() {
      this.inc(relay.published - counted);
      counted = relay.published;
    },
  });
}
