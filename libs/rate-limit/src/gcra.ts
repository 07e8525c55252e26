/**
 * A rate limit: `burst` uses at once, and one more every `everyMs` milliseconds. Within any time t there are at most
 * `burst + t / everyMs` uses.
 */
export interface RateLimit {
  readonly burst: number;
  readonly everyMs: number;
}

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A) with virtual scheduling. Each key has one time, the theoretical
 * arrival time (TAT), at which the whole burst is available again. Each use adds `everyMs` to it, or to now if it has
 * passed. A use that would move it beyond `burst * everyMs` from now has to wait.
 */
interface Cell {
  /** Time that a use adds to the TAT, in milliseconds. */
  readonly byMs: number;
  /** The latest TAT at which the use is allowed now. */
  readonly latest: Date;
  /** The latest TAT that is possible now. A later one was set by a clock that was ahead. */
  readonly full: Date;
}

/**
 * @param cost number of uses that this use counts for
 * @throws RangeError if the limit is invalid or the cost can never be allowed
 */
export function cellOf({ burst, everyMs }: RateLimit, now: Date, cost = 1): Cell {
  const counts = Number.isSafeInteger(burst) && Number.isSafeInteger(cost) && cost >= 1 && cost <= burst;
  const capacityMs = burst * everyMs;
  if (!counts || !Number.isSafeInteger(everyMs) || everyMs < 1 || !Number.isSafeInteger(capacityMs))
    throw new RangeError(`${cost} of ${burst} every ${everyMs} ms is no rate limit`);
  const byMs = cost * everyMs;
  return {
    byMs,
    latest: new Date(now.getTime() + capacityMs - byMs),
    full: new Date(now.getTime() + capacityMs),
  };
}
