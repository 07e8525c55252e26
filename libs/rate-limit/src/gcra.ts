/**
 * How often something may be done: `burst` times at once, and once more every `everyMs` milliseconds. Never more than
 * `burst + t / everyMs` times within any time t.
 */
export interface RateLimit {
  readonly burst: number;
  readonly everyMs: number;
}

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A), virtual scheduling: of each key one time is kept, the
 * theoretical arrival time (TAT), at which its whole burst is there again. Each use moves it on by `everyMs`, counted
 * from now if it has passed; a use that would move it beyond `burst * everyMs` from now has to wait.
 */
interface Cell {
  /** By how much a use moves the TAT, in milliseconds. */
  readonly byMs: number;
  /** How late the TAT may be at `now` for the use to be allowed. */
  readonly latest: Date;
  /** How late the TAT can be at `now`, whatever was allowed. Later ones come from a clock that was ahead. */
  readonly full: Date;
}

/**
 * @param cost how many uses this one counts for
 * @throws RangeError if the limit is none, or can never be met
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
