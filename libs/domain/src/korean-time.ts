/** Korea has had no summer time since 1988. */
const offsetMs = 9 * 3_600_000;
const dayMs = 24 * 3_600_000;

/** The calendar day in Korea, `YYYY-MM-DD`. Daily limits count by it. */
export function koreanDayOf(at: Date): string {
  return new Date(at.getTime() + offsetMs).toISOString().slice(0, 10);
}

/** The hour of the day in Korea, 0 to 23. */
export function koreanHourOf(at: Date): number {
  return Math.floor(((at.getTime() + offsetMs) % dayMs) / 3_600_000);
}

/** When the next calendar day begins in Korea. */
export function nextKoreanDay(at: Date): Date {
  return startOfKoreanDay(at, 1);
}

/** When a calendar day in Korea begins, counted from the day of `at`. */
export function startOfKoreanDay(at: Date, daysLater = 0): Date {
  return new Date((koreanDayNumber(at) + daysLater) * dayMs - offsetMs);
}

/** How many calendar days in Korea `to` is after `from`. */
export function koreanDaysBetween(from: Date, to: Date): number {
  return koreanDayNumber(to) - koreanDayNumber(from);
}

/** The hours in Korea in which customers get no message that can wait: from 21:00 until 08:00. */
const night = { from: 21, until: 8 } as const;

/** Whether it is night in Korea. */
export function isKoreanNight(at: Date): boolean {
  const hour = koreanHourOf(at);
  return hour >= night.from || hour < night.until;
}

const koreanDayNumber = (at: Date) => Math.floor((at.getTime() + offsetMs) / dayMs);
