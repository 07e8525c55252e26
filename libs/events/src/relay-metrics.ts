import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventRelay } from './relay.js';

/** Adds the relay's metrics. A figure that cannot be had, because PostgreSQL is away, is NaN. */
export function registerRelayMetrics(relay: EventRelay, registry: Registry): void {
  const registers = [registry];
  // Both gauges of one scrape share one query.
  let pendingQuery: ReturnType<typeof queryLag> | undefined;
  const queryLag = () =>
    relay
      .lag()
      .catch(() => ({ waiting: NaN, oldestSeconds: NaN }))
      .finally(() => (pendingQuery = undefined));
  const lag = () => (pendingQuery ??= queryLag());

  new Gauge({
    name: 'outbox_waiting_events',
    help: 'Events that wait to be published',
    registers,
    async collect() {
      this.set((await lag()).waiting);
    },
  });
  new Gauge({
    name: 'outbox_oldest_seconds',
    help: 'Age of the oldest event that waits to be published; 0 if none does',
    registers,
    async collect() {
      this.set((await lag()).oldestSeconds);
    },
  });
  new Gauge({
    name: 'relay_active',
    help: 'Whether this copy of the event relay is the active one',
    registers,
    collect() {
      this.set(relay.active ? 1 : 0);
    },
  });
  let counted = 0;
  new Counter({
    name: 'events_published_total',
    help: 'Events published by this copy, repetitions included',
    registers,
    collect() {
      this.inc(relay.published - counted);
      counted = relay.published;
    },
  });
}
