const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/** Delay after each failed attempt, in milliseconds; more than three days in total. */
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
const maxRetryAfterMs = 24 * hour;

/**
 * The time of the next attempt after `attempts` failures; undefined after the last attempt. A random tenth at most is
 * added, so that deliveries that failed together are not retried together.
 *
 * @param retryAfterMs minimum delay that the receiver asked for; at most a day is granted
 */
export function nextAttempt(
  attempts: number,
  now: Date,
  retryAfterMs = 0,
  random: () => number = Math.random,
): Date | undefined {
  const delay = retryDelaysMs[attempts - 1];
  if (delay === undefined) return undefined;
  const wait = Math.max(delay, Math.min(retryAfterMs, maxRetryAfterMs));
  return new Date(now.getTime() + wait * (1 + random() / 10));
}
