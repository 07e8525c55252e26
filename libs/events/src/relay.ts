import type { EventRow } from '#libs/db/events';
import { LeaderLoop, type Leadership, type LoopTiming } from '#libs/db/leadership';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import { cloudEvent } from './cloud-event.js';
import type { Publisher, TopicMessages } from './kafka.js';
import type { Outbox } from './outbox.js';

interface RelayDependencies {
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly leadership: Leadership;
  /** `source` of the CloudEvents. */
  readonly source: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly timing?: Partial<LoopTiming>;
}

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
  private readonly loop: LeaderLoop;

  /** How many events this copy published, repetitions included. */
  published = 0;

  constructor(private readonly dependencies: RelayDependencies) {
    const { leadership, logger, timing } = dependencies;
    const turn = (over: AbortSignal) => this.relayOnce(over);
    this.loop = new LeaderLoop({ name: 'event relay', leadership, logger, timing, turn });
  }

  /** Whether this copy holds the lock. */
  get active(): boolean {
    return this.loop.active;
  }

  start(): void {
    this.loop.start();
  }

  /** Finishes the batch under way, and lets another copy take over. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.dependencies.publisher.close();
  }

  /** Rejects while events cannot be published. Events only wait then: nothing else depends on it. */
  check(): void {
    this.loop.check();
  }

  /** How many events wait, and for how long the oldest does (0 if none). */
  async lag(): Promise<{ waiting: number; oldestSeconds: number }> {
    const { waiting, oldest } = await this.dependencies.outbox.lag();
    const ageMs = oldest ? this.dependencies.clock().getTime() - oldest.getTime() : 0;
    return { waiting, oldestSeconds: Math.max(0, ageMs / 1000) };
  }

  private async relayOnce(over: AbortSignal): Promise<boolean> {
    const events = await this.dependencies.outbox.waiting(batchSize);
    if (over.aborted || events.length === 0) return false; // another copy may be sending by now
    await this.dependencies.publisher.publish(this.batchOf(events));
    this.published += events.length;
    await this.dependencies.outbox.markPublished(events, this.dependencies.clock());
    return events.length === batchSize;
  }

  private batchOf(events: readonly EventRow[]): TopicMessages[] {
    const byTopic = Map.groupBy(events, ({ topic }) => topic);
    return [...byTopic].map(([topic, rows]) => ({
      topic,
      messages: rows.map((row) => cloudEvent(row, this.dependencies.source)),
    }));
  }
}
