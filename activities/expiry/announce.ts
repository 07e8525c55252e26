import { dueAnnouncement, expiryWindows, type Clock, type ExpiryWindow } from '#libs/domain';
import { inTransaction, type RoleDatabase } from '#libs/db';
import {
  certificatesToAnnounce,
  insertAnnouncements,
  nextCertificateEventSequences,
  type ExpiryPlace,
} from '#libs/db/certificates';
import { insertEvents } from '#libs/db/events';
import { standaloneCertificateEvent } from '#libs/events';
import { isNotified } from './opt-out.js';
import type { ExpirySettings } from './settings.js';

export interface AnnounceContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly expiry: Pick<ExpirySettings, 'days' | 'pageUrl'>;
}

/** Where a run continues: in the window of an announcement, after a certificate. */
export interface RunPlace {
  readonly daysLeft?: number;
  /** ISO 8601. */
  readonly notAfter?: string;
  readonly serial?: string;
}

export interface AnnouncedPage {
  readonly announced: number;
  /** Undefined at the end of the run. */
  readonly next?: RunPlace;
}

/** Certificates of one transaction. */
const pageSize = 500;
/** Pages of one call, so that a call ends within its timeout. */
const pagesOfCall = 40;

/**
 * Announces certificates, page by page: each page is one transaction with the rows that keep an announcement from being
 * made again, the events, and the messages that are left to send.
 */
export async function announceExpiring(
  { db, clock, expiry: { days, pageUrl } }: AnnounceContext,
  place: RunPlace,
): Promise<AnnouncedPage> {
  if (pageUrl === undefined) return { announced: 0 };
  let announced = 0;
  let next: RunPlace | undefined = place;
  for (let page = 0; page < pagesOfCall && next; page += 1) {
    const now = clock();
    const windows = expiryWindows(days, now);
    const window = windowOf(windows, next);
    // The configuration changed in the middle of a run. The next run begins with the first window.
    if (!window) return { announced };
    const found = await announcePage(db, days, window, placeOf(next), now);
    announced += found.announced;
    const later = windows[windows.indexOf(window) + 1];
    next = found.last
      ? { daysLeft: window.daysLeft, notAfter: found.last.notAfter.toISOString(), serial: found.last.serial }
      : later && { daysLeft: later.daysLeft };
  }
  return { announced, ...(next ? { next } : {}) };
}

/** The window at a place; at the beginning of a run the first one. */
const windowOf = (windows: readonly ExpiryWindow[], { daysLeft }: RunPlace): ExpiryWindow | undefined =>
  daysLeft === undefined ? windows[0] : windows.find((window) => window.daysLeft === daysLeft);

const placeOf = ({ notAfter, serial = '' }: RunPlace): ExpiryPlace => ({
  notAfter: new Date(notAfter ?? 0),
  serial,
});

/** @returns also the place of the last certificate, unless it was the last page of the window */
async function announcePage(
  db: RoleDatabase<'worker'>,
  days: readonly number[],
  { daysLeft, from, until }: ExpiryWindow,
  after: ExpiryPlace,
  now: Date,
): Promise<{ announced: number; last?: ExpiryPlace }> {
  return inTransaction(db, async (tx) => {
    const found = await certificatesToAnnounce(tx, { daysLeft, from, until, after, limit: pageSize });
    const due = found.filter(
      ({ not_after: notAfter, registered_at: registeredAt }) =>
        dueAnnouncement(days, { notAfter, registeredAt }, now) === daysLeft,
    );
    const inserted = await insertAnnouncements(
      tx,
      due.map((holder) => ({
        serial: holder.serial,
        days_left: daysLeft,
        announced_at: now,
        ...(isNotified(holder, daysLeft)
          ? { due_at: now, outcome: null }
          : { due_at: null, outcome: 'OPTED_OUT' as const }),
      })),
    );
    if (inserted.length > 0) {
      const sequences = await nextCertificateEventSequences(tx, inserted);
      await insertEvents(
        tx,
        due.flatMap((certificate) => {
          const sequence = sequences.get(certificate.serial);
          return sequence === undefined
            ? []
            : standaloneCertificateEvent({
                ...{ certificate, customerRef: certificate.customer_ref, sequence, daysLeft },
                type: 'reseal.certificate.expiring.v1',
                occurredAt: now,
              });
        }),
      );
    }
    const last = found.length === pageSize ? found.at(-1) : undefined;
    return {
      announced: inserted.length,
      ...(last ? { last: { notAfter: last.not_after, serial: last.serial } } : {}),
    };
  });
}
