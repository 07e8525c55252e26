import type { ReissueEventData } from '#libs/contracts';
import type { EventRow } from '#libs/db/events';
import { isFinal } from '#libs/domain';
import { isDependencyDown } from '#libs/temporal';
import { tooMany } from '../problems.js';
import type { ReissueReader } from '../reissue-queries/reissue-reader.js';
import type { EventListener } from './event-listener.js';
import { WakeSignal } from './wake-signal.js';

/** How long a client waits before it connects again, in milliseconds. */
const retryMs = 2_000;

interface EventStreamLimits {
  readonly streamsPerReissue: number;
  readonly heartbeatMs: number;
}

/** An event as far as a client is told of it. */
export type StreamedEvent = Pick<EventRow, 'sequence' | 'type' | 'data'>;

/** Streams of a reissue's events in the form of Server-Sent Events (WHATWG HTML section 9.2). */
export class EventStreams {
  private readonly open = new Map<string, number>();

  /** @param draining aborts when the process shuts down: streams end, and clients connect elsewhere */
  constructor(
    private readonly eventsAfter: (reissueId: string, after: number) => Promise<StreamedEvent[]>,
    private readonly reader: Pick<ReissueReader, 'get'>,
    private readonly listener: Pick<EventListener, 'subscribe'>,
    private readonly draining: AbortSignal,
    private readonly limits: EventStreamLimits,
  ) {}

  /**
   * The events after sequence `after`, those that are there and those still to come, until the reissue ends.
   *
   * @param gone aborts when the client has left
   * @returns undefined if the reissue has ended and there is nothing more to tell, ever
   * @throws ProblemError 404, 429
   */
  async follow(
    reissueId: string,
    after: number,
    gone: AbortSignal,
  ): Promise<AsyncGenerator<string> | undefined> {
    const { row } = await this.reader.get(reissueId);
    if (isFinal(row.state) && (await this.eventsAfter(reissueId, after)).length === 0) return undefined;
    if (this.count(reissueId) >= this.limits.streamsPerReissue) throw tooMany(5);
    return this.stream(reissueId, after, AbortSignal.any([gone, this.draining]));
  }

  /** How many streams this process has open. */
  get total(): number {
    return [...this.open.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many streams of a reissue this process has open. */
  count(reissueId: string): number {
    return this.open.get(reissueId) ?? 0;
  }

  private async *stream(reissueId: string, after: number, end: AbortSignal): AsyncGenerator<string> {
    const wakeUp = new WakeSignal(end);
    const unsubscribe = this.listener.subscribe(reissueId, () => wakeUp.wake());
    this.open.set(reissueId, this.count(reissueId) + 1);
    let last = after;
    try {
      yield `retry: ${retryMs}\n\n`;
      while (!end.aborted) {
        // Armed before the look, so that an event written between look and wait wakes at once.
        wakeUp.reset();
        for (const event of await this.eventsAfter(reissueId, last).catch(noneWhileDown)) {
          yield frame(event);
          last = event.sequence;
          if (isFinal(dataOf(event).state)) return;
        }
        const woken = await wakeUp.wait(this.limits.heartbeatMs);
        if (!woken && !end.aborted) yield ': still here\n\n';
      }
    } finally {
      unsubscribe();
      const left = this.count(reissueId) - 1;
      if (left > 0) this.open.set(reissueId, left);
      else this.open.delete(reissueId);
    }
  }
}

/** A stream outlives a restart of PostgreSQL: it looks again with the next wake-up or heartbeat. */
function noneWhileDown(error: unknown): StreamedEvent[] {
  if (isDependencyDown(error)) return [];
  throw error;
}

const dataOf = (event: StreamedEvent) => event.data as unknown as ReissueEventData;

function frame(event: StreamedEvent): string {
  // The pseudonym is for the bank's own systems.
  const { customerRef: _, ...data } = dataOf(event);
  return `id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
