import { Gauge, type Registry } from 'prom-client';
import type { EventStreams } from './event-streams.js';

/** Shows how many event streams this process has open. */
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
