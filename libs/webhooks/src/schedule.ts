const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/** How long after each failed attempt the next is made, in milliseconds: more than three days in all. */
export const retryDelaysMs: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];
const longestMs = 24 * hour;

/**
 * When to try again after `attempts` failures; undefined when it was tried often enough. Up to a tenth comes on top by
 * chance, so that what failed together does not come back together.
 *
 * @param retryAfterMs what the receiver asked for: it is not called before, but within a day
 */
export function nextAttempt(
  attempts: number,
  now: Date,
  retryAfterMs = 0,
  random: () => number = Math.random,
): Date | undefined {
  const delay = retryDelaysMs[attempts - 1];
  if (delay === undefined) return undefined;
  const wait = Math.max(delay, Math.min(retryAfterMs, longestMs));
  return new Date(now.getTime() + wait * (1 + random() / 10));
}
