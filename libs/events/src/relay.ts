import { setTimeout as pause } from 'node:timers/promises';
import type { EventRow } from '#libs/db';
import type { Clock } from '#libs/domain';
import { describeError, type Logger } from '#libs/observability';
import { cloudEvent } from './cloud-event.js';
import type { Publisher, TopicMessages } from './kafka.js';
import type { Leadership, Term } from './leadership.js';
import type { Outbox } from './outbox.js';
import { WakeUp } from './wake-up.js';

export interface RelayParts {
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly leadership: Leadership;
  /** `source` of the CloudEvents. */
  readonly source: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly timing?: Partial<RelayTiming>;
}

/** In milliseconds. */
export interface RelayTiming {
  /** How often to look when nobody calls: for events, and for the lock while another copy holds it. */
  readonly pollMs: number;
  /** How long to collect events after a call, so that a burst becomes one batch. */
  readonly collectMs: number;
  readonly firstBackOffMs: number;
  readonly longestBackOffMs: number;
}

const defaultTiming: RelayTiming = {
  pollMs: 1_000,
  collectMs: 10,
  firstBackOffMs: 250,
  longestBackOffMs: 5_000,
};
const batchSize = 500;

/**
 * Carries events from the event table to Kafka, in order for each key, at least once.
 *
 * Of all copies one is active, by an advisory lock. It reads what is not published in order of position, sends it,
 * and marks it after the acknowledgement; the next batch waits for that. If it dies in between, its successor
 * sends the same events again, with the same ids: a consumer drops what it has seen. A later commit may have a
 * lower position, but events of one reissue are written under its row lock, so their positions follow their order.
 */
export class EventRelay {
  private readonly stopping = new AbortController();
  private readonly wakeUp = new WakeUp();
  private readonly timing: RelayTiming;
  private running: Promise<void> | undefined;
  private failure: unknown;
  private failing = false;
  private backOffMs: number;

  /** Whether this copy holds the lock. */
  active = false;
  /** How many events this copy published, repetitions included. */
  published = 0;

  constructor(private readonly parts: RelayParts) {
    this.timing = { ...defaultTiming, ...parts.timing };
    this.backOffMs = this.timing.firstBackOffMs;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Finishes the batch under way, and lets another copy take over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.parts.leadership.close();
    await this.parts.publisher.close();
  }

  /** Rejects while events cannot be published. Events only wait then: nothing else depends on it. */
  check(): void {
    if (this.failing) throw new Error('events are not published', { cause: this.failure });
  }

  /** How many events wait, and for how long the oldest does (0 if none). */
  async lag(): Promise<{ waiting: number; oldestSeconds: number }> {
    const { waiting, oldest } = await this.parts.outbox.lag();
    const ageMs = oldest ? this.parts.clock().getTime() - oldest.getTime() : 0;
    return { waiting, oldestSeconds: Math.max(0, ageMs / 1000) };
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.guard(async () => {
        const term = await this.parts.leadership.tryToLead(this.wakeUp.call);
        if (term) return this.lead(term);
        this.forgetFailure();
        await this.rest(this.timing.pollMs);
      });
    }
  }

  private async lead(term: Term): Promise<void> {
    this.active = true;
    this.parts.logger.info('event relay is active');
    const over = AbortSignal.any([term.lost, this.stopping.signal]);
    try {
      while (!over.aborted) await this.guard(() => this.relayOnce(over));
    } finally {
      this.active = false;
      this.parts.logger.info('event relay is no longer active');
      await term.release();
    }
  }

  /** One batch, or a wait for one. */
  private async relayOnce(over: AbortSignal): Promise<void> {
    const events = await this.parts.outbox.waiting(batchSize);
    if (over.aborted) return; // another copy may be sending by now
    if (events.length > 0) {
      await this.parts.publisher.publish(this.batchOf(events));
      this.published += events.length;
      await this.parts.outbox.markPublished(events, this.parts.clock());
    }
    if (this.failing) this.parts.logger.info('events are published again');
    this.forgetFailure();
    if (events.length === batchSize) return;
    await this.wakeUp.wait(this.timing.pollMs, over);
    await this.rest(this.timing.collectMs);
  }

  private batchOf(events: readonly EventRow[]): TopicMessages[] {
    const byTopic = Map.groupBy(events, ({ topic }) => topic);
    return [...byTopic].map(([topic, rows]) => ({
      topic,
      messages: rows.map((row) => cloudEvent(row, this.parts.source)),
    }));
  }

  /** Backs off after a failure, and logs only the first of a row of them. */
  private async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.failure = error;
      if (!this.failing)
        this.parts.logger.warn({ err: describeError(error) }, 'events are not published; they wait');
      this.failing = true;
      await this.rest(this.backOffMs);
      this.backOffMs = Math.min(this.backOffMs * 2, this.timing.longestBackOffMs);
    }
  }

  private forgetFailure(): void {
    this.failing = false;
    this.failure = undefined;
    this.backOffMs = this.timing.firstBackOffMs;
  }

  private async rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
