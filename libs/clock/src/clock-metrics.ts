import { Gauge, type Registry } from 'prom-client';
import type { ClockWatch } from './clock-watch.js';

/** Registers the metric for the difference between this process's clock and PostgreSQL's. */
export function registerClockMetrics(watch: ClockWatch, registry: Registry): void {
  new Gauge({
    name: 'reseal_clock_ahead_seconds',
    help: 'Seconds by which the clock of the process is ahead of the clock of PostgreSQL; negative if behind',
    registers: [registry],
    collect() {
      this.set(watch.aheadMs === undefined ? NaN : watch.aheadMs / 1_000);
    },
  });
}
