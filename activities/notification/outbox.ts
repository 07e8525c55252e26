import { setTimeout as delay } from 'node:timers/promises';
import { bulkhead, isBulkheadRejectedError } from 'cockatiel';
import type { RoleDatabase } from '#libs/db';
import {
  finishNotification,
  putOffNotification,
  takeNotifications,
  waitingNotifications,
  type TakenNotification,
} from '#libs/db/reissues';
import type { Logger } from '#libs/observability';
import { ProviderRefused } from '#libs/provider-client';
import type { StopLinks } from '#libs/stop-links';
import type { NotificationChannel } from './channels.js';
import { pendingNotification } from './notification-store.js';
import { sendNotification, type NotifyContext } from './notify.js';

export interface OutboxDependencies extends Omit<NotifyContext, 'store' | 'logger'> {
  readonly db: RoleDatabase<'worker'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly stopLinks: Pick<StopLinks, 'urlOf'>;
  /** Time limit of one message, in milliseconds. */
  readonly providerTimeoutMs: number;
  /** Throws while this process must not work. */
  readonly admit?: () => void;
  /** How often to look for notifications that are due, in milliseconds. */
  readonly pollMs?: number;
}

/** How many reissues, and how many notifications that are tried again, a process sends for at once. */
const atOnce = 10;
/** How many reissues wait in memory for that. The notifications of further ones are found by the next look. */
const waitingAtMost = 100;
/** How much longer than one message a process keeps what it has taken, in milliseconds. */
const spareLeaseMs = 10_000;
/** A reissue has at most as many notifications of one step. */
const mostOfReissue = 10;

/** From this try on, about three seconds after the first, the other channel is used too. */
const triesOfFirstChannel = 3;

const firstDelayMs = 1_000;
const longestDelayMs = 5 * 60_000;
/** How long a notification is tried. One that was never tried in that time is tried once. */
const triedForMs = 3600_000;

/**
 * Sends the notifications that steps have committed to the outbox, at once or, while a provider is down, for an hour. Each
 * is sent once; a repetition after a crash carries the same id, and the receiver drops it.
 *
 * The worker that ran the step sends in the background. Every worker also looks for what is due: what a worker left that
 * died or had too much to send, and what is to be tried again.
 */
export class NotificationOutbox {
  private readonly limit = bulkhead(atOnce, waitingAtMost);
  private readonly stopping = new AbortController();
  private readonly sending = new Set<Promise<void>>();
  private looking: Promise<void> | undefined;

  /** Notifications by outcome of a try in this process. `abandoned`: they are not tried again. */
  readonly counts = { sent: 0, failed: 0, abandoned: 0 };

  constructor(private readonly dependencies: OutboxDependencies) {}

  /** Begins to look for notifications that are due. */
  start(): void {
    this.looking ??= this.look();
  }

  /** Waits for the messages that are being sent. What waits in memory stays due for other workers. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.looking;
    await this.idle();
  }

  /** Sends what a committed step has left for this reissue, in the background. */
  sendSoon(reissueId: string): void {
    const sent = this.limit
      .execute(async () => {
        if (!this.stopping.signal.aborted) await this.sendDue(mostOfReissue, reissueId);
      })
      .catch((err: unknown) => {
        if (!isBulkheadRejectedError(err))
          this.dependencies.logger.warn({ err, reissueId }, 'notifications cannot be sent yet');
      })
      .finally(() => this.sending.delete(sent));
    this.sending.add(sent);
  }

  /** Sends what is due. @returns whether more may be due */
  async sendDue(limit = atOnce, reissueId?: string): Promise<boolean> {
    const { db, clock, providerTimeoutMs, admit } = this.dependencies;
    admit?.();
    const now = clock();
    const leaseUntil = new Date(now.getTime() + providerTimeoutMs + spareLeaseMs);
    const due = { now, leaseUntil, limit, ...(reissueId === undefined ? {} : { reissueId }) };
    const taken = await takeNotifications(db, due);
    await Promise.all(taken.map((notification) => this.send(notification)));
    return taken.length === limit;
  }

  /** Resolves once nothing is being sent in the background. */
  async idle(): Promise<void> {
    while (this.sending.size > 0) await Promise.all(this.sending);
  }

  /** Number of waiting notifications, and the age of the oldest. */
  async lag(): Promise<{ waiting: number; oldestSeconds: number }> {
    const now = this.dependencies.clock();
    const { waiting, oldest } = await waitingNotifications(this.dependencies.db, now);
    const ageMs = oldest ? now.getTime() - oldest.getTime() : 0;
    return { waiting, oldestSeconds: Math.max(0, ageMs / 1_000) };
  }

  private async look(): Promise<void> {
    const { logger, pollMs = 1_000 } = this.dependencies;
    const { signal } = this.stopping;
    let failing = false;
    while (!signal.aborted) {
      try {
        const more = await this.sendDue();
        if (failing) logger.info('waiting notifications are sent again');
        failing = false;
        if (more) continue;
      } catch (err) {
        if (!failing) logger.warn({ err }, 'waiting notifications cannot be sent');
        failing = true;
      }
      await delay(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async send(taken: TakenNotification): Promise<void> {
    const { db, clock, stopLinks } = this.dependencies;
    const { reissue_id: reissueId, occasion, kind, facts } = taken;
    const pending = pendingNotification(facts, taken, clock(), stopLinks);
    const channels: NotificationChannel[] = [];
    const messageId = `${reissueId}.${occasion}`;
    try {
      if (pending)
        await sendNotification(this.dependencies, messageId, kind, pending, {
          channelsUsed: pending.channelsUsed,
          isPatient: taken.attempts < triesOfFirstChannel,
          record: (channel) => Promise.resolve(void channels.push(channel)),
        });
    } catch (error) {
      const dueAt = error instanceof ProviderRefused ? undefined : nextTry(taken, clock());
      this.counts[dueAt ? 'failed' : 'abandoned'] += 1;
      if (!dueAt) this.dependencies.logger.warn({ messageId, kind, err: error }, 'notification given up');
      return putOffNotification(db, taken, { channels, at: clock() }, dueAt);
    }
    this.counts.sent += 1;
    await finishNotification(db, taken, { channels, at: clock() });
  }
}

/** When to try again. @returns undefined if the time for it is over */
function nextTry(
  { attempts, created_at: since }: Pick<TakenNotification, 'attempts' | 'created_at'>,
  now: Date,
): Date | undefined {
  const next = now.getTime() + Math.min(firstDelayMs * 2 ** (attempts - 1), longestDelayMs);
  return next > since.getTime() + triedForMs ? undefined : new Date(next);
}
