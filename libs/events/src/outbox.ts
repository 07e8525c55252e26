import type { Database } from '#libs/db';
import { markPublished, outboxLag, unpublishedEvents, type EventRow } from '#libs/db/events';

/** The events that wait to be published. */
export interface Outbox {
  /** The oldest that wait, in the order in which they are to be sent. */
  waiting(limit: number): Promise<EventRow[]>;
  markPublished(events: readonly EventRow[], at: Date): Promise<void>;
  /** How many wait, and since when the oldest does. */
  lag(): Promise<{ waiting: number; oldest: Date | null }>;
}

export function createOutbox(db: Database): Outbox {
  return {
    waiting: (limit) => unpublishedEvents(db, limit),
    markPublished: (events, at) => markPublished(db, events, at),
    lag: () => outboxLag(db),
  };
}
