import type { RoleDatabase } from '#libs/db';
import { waitingDeliveries } from '#libs/db/events';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { WebhookDispatcher } from './dispatcher.js';

/** Adds the metrics of webhooks. A value is NaN while PostgreSQL cannot be reached. */
export function registerWebhookMetrics(
  dispatcher: WebhookDispatcher,
  db: RoleDatabase<'worker'>,
  registry: Registry,
): void {
  const registers = [registry];
  const waiting = new Gauge({
    name: 'reseal_webhook_waiting_deliveries',
    help: 'Webhook deliveries waiting; kind is all, or failing (at least one failed attempt)',
    labelNames: ['kind'],
    registers,
    async collect() {
      const found = await waitingDeliveries(db).catch(() => ({ waiting: NaN, failing: NaN }));
      waiting.set({ kind: 'all' }, found.waiting);
      waiting.set({ kind: 'failing' }, found.failing);
    },
  });
  new Gauge({
    name: 'reseal_webhook_dispatcher_active',
    help: '1 if this process runs the active webhook dispatcher, otherwise 0',
    registers,
    collect() {
      this.set(dispatcher.active ? 1 : 0);
    },
  });
  const counted = { delivered: 0, failed: 0 };
  const attempts = new Counter({
    name: 'reseal_webhook_attempts_total',
    help: 'Webhook delivery attempts of this process, by outcome',
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
