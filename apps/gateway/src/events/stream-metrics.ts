import { Gauge, type Registry } from 'prom-client';
import type { EventStreams } from './event-streams.js';

/** Registers the gauge of open event streams. */
export function registerStreamMetrics(registry: Registry, streams: Pick<EventStreams, 'total'>): void {
  new Gauge({
    name: 'reseal_event_streams',
    help: 'Open event streams',
    registers: [registry],
    collect() {
      this.set(streams.total);
    },
  });
}
