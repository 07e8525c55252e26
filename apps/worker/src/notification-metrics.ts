import type { NotificationOutbox } from '#activities/notification';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Adds the metrics of notifications to customers. A gauge is NaN while PostgreSQL cannot be reached. */
export function registerNotificationMetrics(outbox: NotificationOutbox, registry: Registry): void {
  const registers = [registry];
  const oldest = new Gauge({
    name: 'reseal_notifications_oldest_seconds',
    help: 'Age of the oldest notification that waits to be sent; 0 if none waits',
    registers,
  });
  const waiting = new Gauge({
    name: 'reseal_notifications_waiting',
    help: 'Notifications to customers that wait to be sent',
    registers,
    async collect() {
      const lag = await outbox.lag().catch(() => ({ waiting: NaN, oldestSeconds: NaN }));
      waiting.set(lag.waiting);
      oldest.set(lag.oldestSeconds);
    },
  });
  const counted = { sent: 0, failed: 0, abandoned: 0 };
  const tries = new Counter({
    name: 'reseal_notification_tries_total',
    help: 'Tries of this process to notify a customer, by outcome; after abandoned there are no more',
    labelNames: ['outcome'],
    registers,
    collect() {
      for (const outcome of ['sent', 'failed', 'abandoned'] as const) {
        tries.inc({ outcome }, outbox.counts[outcome] - counted[outcome]);
        counted[outcome] = outbox.counts[outcome];
      }
    },
  });
}
