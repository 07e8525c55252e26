import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellOf, type RateLimit } from './gcra.js';

const start = Date.parse('2026-11-23T00:00:00Z');
const limits = fc.record({
  burst: fc.integer({ min: 1, max: 20 }),
  everyMs: fc.integer({ min: 1, max: 10_000 }),
});

/** The times of the allowed uses, if a use is tried after each of these pauses. */
function allowedAt(limit: RateLimit, pausesMs: readonly number[]): number[] {
  let tat = 0;
  let now = start;
  const moments: number[] = [];
  for (const pause of pausesMs) {
    now += pause;
    const { byMs, latest } = cellOf(limit, new Date(now));
    if (tat > latest.getTime()) continue;
    tat = Math.max(tat, now) + byMs;
    moments.push(now);
  }
  return moments;
}

describe('a rate limit', () => {
  it('A rate limit never allows more in any time than its burst and the uses regained in that time', () => {
    fc.assert(
      fc.property(
        limits,
        fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 60 }),
        (limit, pauses) => {
          const moments = allowedAt(limit, pauses);
          for (const [first, from] of moments.entries())
            for (const [last, to] of moments.entries())
              if (last >= first)
                expect(last - first + 1).toBeLessThanOrEqual(
                  limit.burst + Math.floor((to - from) / limit.everyMs),
                );
        },
      ),
    );
  });

  it('A rate limit allows its whole burst at the first use', () => {
    fc.assert(
      fc.property(limits, (limit) => {
        expect(allowedAt(limit, Array<number>(limit.burst + 5).fill(0))).toHaveLength(limit.burst);
      }),
    );
  });

  it('A rate limit always allows uses at its rate', () => {
    fc.assert(
      fc.property(limits, (limit) => {
        expect(allowedAt(limit, Array<number>(50).fill(limit.everyMs))).toHaveLength(50);
      }),
    );
  });

  it.each([
    ['a burst of none', { burst: 0, everyMs: 1000 }, 1],
    ['half a burst', { burst: 1.5, everyMs: 1000 }, 1],
    ['no time between uses', { burst: 1, everyMs: 0 }, 1],
    ['half a millisecond', { burst: 1, everyMs: 0.5 }, 1],
    ['a time that never ends', { burst: 2, everyMs: Infinity }, 1],
    ['a burst beyond all numbers', { burst: 2 ** 40, everyMs: 2 ** 40 }, 1],
    ['a use that costs more than the burst', { burst: 2, everyMs: 1000 }, 3],
    ['a use that costs nothing', { burst: 2, everyMs: 1000 }, 0],
    ['a use that gives something', { burst: 2, everyMs: 1000 }, -1],
  ])('A rate limit of %s is invalid', (_name, limit, cost) => {
    expect(() => cellOf(limit, new Date(start), cost)).toThrow(RangeError);
  });
});
