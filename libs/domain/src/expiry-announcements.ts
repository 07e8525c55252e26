import { koreanDaysBetween, startOfKoreanDay } from './korean-time.js';

/** The announcement on the day after the expiry. Any other one is named by the days that were left. */
export const dayAfterExpiry = -1;

/** Until how many days after the expiry the last announcement is made, e.g. because the worker was down. */
const latestAnnouncementDays = 7;

/** The certificates of which one announcement may be due: those that expire from `from` on, and before `until`. */
export interface ExpiryWindow {
  readonly daysLeft: number;
  readonly from: Date;
  readonly until: Date;
}

/**
 * The time between the day of an announcement and the day of the next one. Within it the announcement is made late rather
 * than never.
 *
 * @param days on how many days before the expiry a certificate is announced
 */
export function expiryWindows(days: readonly number[], now: Date): ExpiryWindow[] {
  const announcements = announcementsOf(days);
  return announcements.map((daysLeft, index) => ({
    daysLeft,
    from: startOfKoreanDay(now, (announcements[index + 1] ?? -latestAnnouncementDays - 1) + 1),
    until: startOfKoreanDay(now, daysLeft + 1),
  }));
}

/**
 * The announcement of a certificate that is due now, by calendar days in Korea. A certificate that was registered on the
 * day of an announcement, or later, does not get it: its holder has just seen the date. So one that is valid for ten days
 * is announced seven days before its end first.
 *
 * @param days as in {@link expiryWindows}
 */
export function dueAnnouncement(
  days: readonly number[],
  { notAfter, registeredAt }: { readonly notAfter: Date; readonly registeredAt: Date },
  now: Date,
): number | undefined {
  const daysLeft = koreanDaysBetween(now, notAfter);
  if (daysLeft < -latestAnnouncementDays) return undefined;
  // It has expired today: tomorrow's announcement says so.
  if (daysLeft >= 0 && notAfter <= now) return undefined;
  const due = announcementsOf(days).findLast((day) => day >= daysLeft);
  if (due === undefined || koreanDaysBetween(registeredAt, notAfter) <= due) return undefined;
  return due;
}

/** All announcements in the order of time. */
const announcementsOf = (days: readonly number[]) =>
  [...days].sort((one, other) => other - one).concat(dayAfterExpiry);
