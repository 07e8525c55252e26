import type { RoleDatabase } from '#libs/db';
import { markPublished, outboxLag, unpublishedEvents, type EventRow } from '#libs/db/events';

/** The events waiting to be published. */
export interface Outbox {
  /** The oldest waiting events, in the order of publication. */
  waiting(limit: number): Promise<EventRow[]>;
  markPublished(events: readonly EventRow[], at: Date): Promise<void>;
  /** Number of waiting events, and the time of the oldest. */
  lag(): Promise<{ waiting: number; oldest: Date | null }>;
}

export function createOutbox(db: RoleDatabase<'worker'>): Outbox {
  return {
    waiting: (limit) => unpublishedEvents(db, limit),
    markPublished: (events, at) => markPublished(db, events, at),
    lag: () => outboxLag(db),
  };
}
