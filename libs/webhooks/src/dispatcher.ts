import { inTransaction, type RoleDatabase } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import {
  disableWebhook,
  dueDeliveries,
  dueEndpoints,
  deleteEndedDeliveries,
  recordDelivery,
  type DueDelivery,
  type WebhookEndpointRow,
} from '#libs/db/events';
import { LeaderLoop, type Leadership, type LoopTiming } from '#libs/db/leadership';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import { webhookMessage } from './message.js';
import { nextAttempt } from './schedule.js';
import { sendWebhook, type WebhookAttempt, type WebhookSettings } from './send.js';

/** Number of deliveries sent to one endpoint at the same time. */
const maxConcurrentDeliveries = 8;
/** How long ended deliveries are kept, and how often older ones are deleted, in milliseconds. */
const retentionMs = 30 * 24 * 3600_000;
const pruneIntervalMs = 3600_000;
const goneStatus = 410;
/** The poll finds retries. PostgreSQL announces deliveries of new events. */
const defaultTiming = { pollMs: 1_000, collectMs: 50 };

export interface DispatcherDependencies {
  readonly db: RoleDatabase<'worker'>;
  readonly settings: WebhookSettings;
  /** `source` of the CloudEvents. */
  readonly source: string;
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly timing?: Partial<LoopTiming>;
}

/**
 * Sends events to webhook endpoints at least once, the events of one stream in order, with retries for three days. One
 * process at a time is active. Each endpoint is served on its own, so that a slow one does not delay others. A delivery
 * that was sent but not marked is sent again with the same id.
 */
export class WebhookDispatcher {
  private readonly loop: LeaderLoop;
  /** Endpoints being served now, by id. */
  private readonly serving = new Map<string, Promise<void>>();
  private prunedAt = 0;

  /** Attempts of this process, by outcome. */
  readonly counts = { delivered: 0, failed: 0 };

  constructor(private readonly dependencies: DispatcherDependencies) {
    const { leadership, logger } = dependencies;
    const timing = { ...defaultTiming, ...dependencies.timing };
    const turn = (over: AbortSignal) => this.turn(over);
    this.loop = new LeaderLoop({ name: 'webhook dispatcher', leadership, logger, timing, turn });
  }

  get active(): boolean {
    return this.loop.active;
  }

  start(): void {
    this.loop.start();
  }

  /** Aborts the current attempts, which are made again later, and releases the leadership. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.serving.values());
  }

  private async turn(over: AbortSignal): Promise<boolean> {
    const { db, clock, logger } = this.dependencies;
    const now = clock();
    for (const endpoint of await dueEndpoints(db, now)) {
      const id = endpoint.endpoint_id;
      if (over.aborted || this.serving.has(id)) continue;
      const served = this.serve(endpoint, over)
        .catch((error: unknown) =>
          logger.warn({ err: error, endpoint: id }, 'deliveries of a webhook failed'),
        )
        .finally(() => this.serving.delete(id));
      this.serving.set(id, served);
    }
    if (now.getTime() - this.prunedAt > pruneIntervalMs) {
      this.prunedAt = now.getTime();
      await deleteEndedDeliveries(db, new Date(now.getTime() - retentionMs));
    }
    return false;
  }

  /** Sends the due deliveries of one endpoint until none is due. */
  private async serve(endpoint: WebhookEndpointRow, over: AbortSignal): Promise<void> {
    const { db, clock } = this.dependencies;
    while (!over.aborted) {
      const due = await dueDeliveries(db, endpoint.endpoint_id, clock(), maxConcurrentDeliveries);
      if (due.length === 0) return;
      const outcomes = await Promise.all(due.map((delivery) => this.deliver(endpoint, delivery, over)));
      if (outcomes.includes('gone')) return;
    }
  }

  private async deliver(
    endpoint: WebhookEndpointRow,
    delivery: DueDelivery,
    over: AbortSignal,
  ): Promise<'delivered' | 'failed' | 'gone'> {
    const { db, settings, source, clock } = this.dependencies;
    const attempt = await sendWebhook(settings, endpoint, webhookMessage(delivery, source), clock(), over);
    // Aborted by stop(): the attempt does not count.
    if (over.aborted && !attempt.delivered) return 'failed';
    const at = clock();
    const { status, error } = attempt;
    const attempts = delivery.attempts + 1;
    const result = { attempts, at, ...(status === undefined ? {} : { status }), ...(error ? { error } : {}) };
    if (attempt.delivered) {
      this.counts.delivered += 1;
      await recordDelivery(db, delivery, { state: 'DELIVERED', ...result });
      return 'delivered';
    }
    this.counts.failed += 1;
    const nextAttemptAt = nextAttempt(attempts, at, attempt.retryAfterMs);
    await recordDelivery(
      db,
      delivery,
      nextAttemptAt ? { state: 'PENDING', nextAttemptAt, ...result } : { state: 'FAILED', ...result },
    );
    if (status !== goneStatus) return 'failed';
    await this.disable(endpoint, attempt, at);
    return 'gone';
  }

  /** Disables an endpoint that answered 410: its receiver wants no more events. */
  private async disable(
    { endpoint_id }: WebhookEndpointRow,
    { status }: WebhookAttempt,
    at: Date,
  ): Promise<void> {
    await inTransaction(this.dependencies.db, async (tx) => {
      if (!(await disableWebhook(tx, endpoint_id, `it answered ${status}`, at))) return;
      await appendAuthorityEntry(tx, {
        actor: 'worker',
        action: 'disableWebhook',
        outcome: 'DONE',
        details: { endpointId: endpoint_id, status },
        occurredAt: at,
      });
    });
  }
}
