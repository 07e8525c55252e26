/** Korea has had no summer time since 1988. */
const offsetMs = 9 * 3_600_000;
const dayMs = 24 * 3_600_000;

/** The calendar day in Korea, `YYYY-MM-DD`. Daily limits count by it. */
export function koreanDayOf(at: Date): string {
  return new Date(at.getTime() + offsetMs).toISOString().slice(0, 10);
}

/** When the next calendar day begins in Korea. */
export function nextKoreanDay(at: Date): Date {
  return new Date(Math.floor((at.getTime() + offsetMs) / dayMs + 1) * dayMs - offsetMs);
}
