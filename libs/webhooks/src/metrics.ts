import type { Database } from '#libs/db';
import { waitingDeliveries } from '#libs/db/events';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { WebhookDispatcher } from './dispatcher.js';

/** Adds the metrics of webhooks. A figure that cannot be had, because PostgreSQL is away, is NaN. */
export function registerWebhookMetrics(
  dispatcher: WebhookDispatcher,
  db: Database,
  registry: Registry,
): void {
  const registers = [registry];
  const waiting = new Gauge({
    name: 'webhook_waiting_deliveries',
    help: 'Deliveries that wait; `failing`: of them those that were tried in vain',
    labelNames: ['kind'],
    registers,
    async collect() {
      const found = await waitingDeliveries(db).catch(() => ({ waiting: NaN, failing: NaN }));
      waiting.set({ kind: 'all' }, found.waiting);
      waiting.set({ kind: 'failing' }, found.failing);
    },
  });
  const counted = { delivered: 0, failed: 0 };
  const attempts = new Counter({
    name: 'webhook_attempts_total',
    help: 'Attempts of this copy',
    labelNames: ['outcome'],
    registers,
    collect() {
      for (const outcome of ['delivered', 'failed'] as const) {
        attempts.inc({ outcome }, dispatcher.counts[outcome] - counted[outcome]);
        counted[outcome] = dispatcher.counts[outcome];
      }
    },
  });
}
