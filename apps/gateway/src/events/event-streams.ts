import type { ReissueEventData } from '#libs/contracts';
import type { EventRow } from '#libs/db/events';
import { isFinal } from '#libs/domain';
import { isDependencyDown } from '#libs/temporal';
import { tooMany } from '../problems.js';
import type { ReissueReader } from '../reissue-queries/reissue-reader.js';
import type { EventListener } from './event-listener.js';
import { StreamWakeSignal } from './stream-wake-signal.js';

/** How long a client should wait before it reconnects, in milliseconds. */
const retryMs = 2_000;

interface EventStreamLimits {
  readonly streamsPerReissue: number;
  readonly heartbeatMs: number;
}

/** The columns of an event that a stream needs. */
export type StreamedEvent = Pick<EventRow, 'sequence' | 'type' | 'data'>;

/** Streams the events of a reissue as Server-Sent Events (WHATWG HTML section 9.2). */
export class EventStreams {
  private readonly open = new Map<string, number>();

  /** @param closing aborts when the process closes: streams end, and clients reconnect to another process */
  constructor(
    private readonly eventsAfter: (reissueId: string, after: number) => Promise<StreamedEvent[]>,
    private readonly reader: Pick<ReissueReader, 'get'>,
    private readonly listener: Pick<EventListener, 'subscribe'>,
    private readonly closing: AbortSignal,
    private readonly limits: EventStreamLimits,
  ) {}

  /**
   * Streams the events after sequence `after`, existing and new ones, until the reissue ends.
   *
   * @param disconnected aborts when the client has disconnected
   * @returns undefined if the reissue has ended and there are no further events
   * @throws ProblemError 404, 429
   */
  async follow(
    reissueId: string,
    after: number,
    disconnected: AbortSignal,
  ): Promise<AsyncGenerator<string> | undefined> {
    const { row } = await this.reader.get(reissueId);
    if (isFinal(row.state) && (await this.eventsAfter(reissueId, after)).length === 0) return undefined;
    if (this.count(reissueId) >= this.limits.streamsPerReissue) throw tooMany(5);
    return this.stream(reissueId, after, AbortSignal.any([disconnected, this.closing]));
  }

  /** Number of open streams in this process. */
  get total(): number {
    return [...this.open.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Number of open streams of a reissue in this process. */
  count(reissueId: string): number {
    return this.open.get(reissueId) ?? 0;
  }

  private async *stream(reissueId: string, after: number, end: AbortSignal): AsyncGenerator<string> {
    const wakeSignal = new StreamWakeSignal(end);
    const unsubscribe = this.listener.subscribe(reissueId, () => wakeSignal.wake());
    this.open.set(reissueId, this.count(reissueId) + 1);
    let last = after;
    try {
      yield `retry: ${retryMs}\n\n`;
      while (!end.aborted) {
        // Reset before the query, so that an event written between query and wait wakes at once.
        wakeSignal.reset();
        for (const event of await this.eventsAfter(reissueId, last).catch(noneWhileDown)) {
          yield frame(event);
          last = event.sequence;
          if (isFinal(dataOf(event).state)) return;
        }
        const woken = await wakeSignal.wait(this.limits.heartbeatMs);
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

/** No events while PostgreSQL is down: the stream stays open and queries again at the next wake-up or heartbeat. */
function noneWhileDown(error: unknown): StreamedEvent[] {
  if (isDependencyDown(error)) return [];
  throw error;
}

const dataOf = (event: StreamedEvent) => event.data as unknown as ReissueEventData;

function frame(event: StreamedEvent): string {
  // The pseudonym is only for the bank's own systems.
  const { customerRef: _, ...data } = dataOf(event);
  return `id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
