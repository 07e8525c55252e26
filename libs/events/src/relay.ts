import type { EventRow } from '#libs/db/events';
import { LeaderLoop, type Leadership, type LoopTiming } from '#libs/db/leadership';
import type { Clock } from '#libs/domain';
import { failureOf, startSpan, type Logger, type OpenSpan } from '#libs/observability';
import { cloudEvent } from './cloud-event.js';
import type { Publisher } from './kafka.js';
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

/** Few large batches cost PostgreSQL and Kafka much less than many small ones. PostgreSQL announces each event. */
const defaultTiming = { pollMs: 5_000, collectMs: 75 };

const spanOf = ({ topic, type, traceparent }: EventRow): OpenSpan | undefined =>
  traceparent === null
    ? undefined
    : startSpan(`publish ${type}`, {
        kind: 'producer',
        parent: traceparent,
        attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': topic },
      });

/**
 * Publishes the events of the event table to Kafka, in order for each key, at least once.
 *
 * One process at a time is active, by an advisory lock. It reads unpublished events in order of position, sends them, and
 * marks them as published after the acknowledgement, before it reads the next batch. If it crashes in between, its
 * successor sends the same events again with the same ids, and consumers drop repetitions. A later commit may have a
 * lower position, but events of one reissue are written under its row lock, so their positions follow their order.
 */
export class EventRelay {
  private readonly loop: LeaderLoop;

  /** Number of events this process published, including repetitions. */
  published = 0;

  constructor(private readonly dependencies: RelayDependencies) {
    const { leadership, logger } = dependencies;
    const timing = { ...defaultTiming, ...dependencies.timing };
    const turn = (over: AbortSignal) => this.relayOnce(over);
    this.loop = new LeaderLoop({ name: 'event relay', leadership, logger, timing, turn });
  }

  /** Whether this process is the active relay. */
  get active(): boolean {
    return this.loop.active;
  }

  start(): void {
    this.loop.start();
  }

  /** Finishes the current batch and releases the leadership. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.dependencies.publisher.close();
  }

  /** @throws while events cannot be published; they wait, and nothing else depends on it */
  check(): void {
    this.loop.check();
  }

  /** Number of waiting events, and the age of the oldest in seconds (0 if none waits). */
  async lag(): Promise<{ waiting: number; oldestSeconds: number }> {
    const { waiting, oldest } = await this.dependencies.outbox.lag();
    const ageMs = oldest ? this.dependencies.clock().getTime() - oldest.getTime() : 0;
    return { waiting, oldestSeconds: Math.max(0, ageMs / 1000) };
  }

  private async relayOnce(over: AbortSignal): Promise<boolean> {
    const events = await this.dependencies.outbox.waiting(batchSize);
    if (over.aborted || events.length === 0) return false; // another process may be active by now
    await this.publish(events);
    this.published += events.length;
    await this.dependencies.outbox.markPublished(events, this.dependencies.clock());
    return events.length === batchSize;
  }

  /** Each event of a trace gets a span, which lasts until Kafka has the batch. */
  private async publish(events: readonly EventRow[]): Promise<void> {
    const spans = new Map(events.map((row) => [row, spanOf(row)]));
    const endAll: OpenSpan['end'] = (attributes) => spans.forEach((span) => span?.end(attributes));
    const byTopic = Map.groupBy(events, ({ topic }) => topic);
    const messagesOf = (rows: readonly EventRow[]) =>
      rows.map((row) => cloudEvent(row, this.dependencies.source, spans.get(row)?.traceparent));
    const batch = [...byTopic].map(([topic, rows]) => ({ topic, messages: messagesOf(rows) }));
    try {
      await this.dependencies.publisher.publish(batch);
      endAll();
    } catch (error) {
      endAll(failureOf(error));
      throw error;
    }
  }
}
