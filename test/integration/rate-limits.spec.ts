import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDatabase, inTransaction, type Database } from '#libs/db';
import { deleteExpiredRateLimits } from '#libs/db/identity';
import {
  refundUse,
  useFirstAllowed,
  useLimit,
  useLimits,
  type RateLimit,
  type LimitUse,
} from '#libs/rate-limit';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase({ url: database.urlOf('gateway'), ...asSpec, max: 20 });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const start = new Date('2026-11-23T00:00:00.123Z');
const after = (ms: number) => new Date(start.getTime() + ms);
let keys = 0;
const freshKey = () => `spec:${(keys += 1)}`;
const no = (retryAfterMs: number) => ({ allowed: false, retryAfterMs });
const yes = { allowed: true };

/** The same limit, implemented as a bucket of whole uses and the remaining time. */
class Bucket {
  private fullAt = -Infinity;

  constructor(private readonly limit: RateLimit) {}

  use(atMs: number, cost: number): typeof yes | ReturnType<typeof no> {
    const { burst, everyMs } = this.limit;
    const emptyMs = Math.max(0, this.fullAt - atMs); // the time until the bucket is full: the missing uses, in milliseconds
    const lackingMs = emptyMs + cost * everyMs - burst * everyMs;
    if (lackingMs > 0) return no(lackingMs);
    this.fullAt = atMs + emptyMs + cost * everyMs;
    return yes;
  }
}

describe('a limit in the database', () => {
  it('A limit in the database behaves as the model does for any sequence of uses', async () => {
    const uses = fc.array(
      fc.record({ pauseMs: fc.integer({ min: 0, max: 4_000 }), cost: fc.integer({ min: 1, max: 3 }) }),
      { minLength: 5, maxLength: 20 },
    );
    const limits = fc.record({
      burst: fc.integer({ min: 3, max: 8 }),
      everyMs: fc.integer({ min: 1, max: 3_000 }),
    });
    await fc.assert(
      fc.asyncProperty(limits, uses, async (limit, sequence) => {
        const key = freshKey();
        const model = new Bucket(limit);
        let atMs = 0;
        for (const { pauseMs, cost } of sequence) {
          atMs += pauseMs;
          expect(await useLimit(db, { key, limit, cost }, after(atMs))).toEqual(model.use(atMs, cost));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('A limit in the database gives the exact time at which the next use is allowed', async () => {
    const use = { key: freshKey(), limit: { burst: 3, everyMs: 1_000 } };
    for (let i = 0; i < 3; i += 1) expect(await useLimit(db, use, after(i * 10))).toEqual(yes);
    expect(await useLimit(db, use, after(50))).toEqual(no(950));
    expect(await useLimit(db, use, after(999))).toEqual(no(1));
    expect(await useLimit(db, use, after(1_000))).toEqual(yes);
    expect(await useLimit(db, use, after(1_000))).toEqual(no(1_000));
  });

  it('A limit in the database allows exactly its burst to 200 concurrent uses', async () => {
    const use = { key: freshKey(), limit: { burst: 37, everyMs: 60_000 } };
    const answers = await Promise.all(Array.from({ length: 200 }, () => useLimit(db, use, start)));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(37);
    expect(answers.filter(({ allowed }) => !allowed)).toContainEqual(no(60_000));
  });

  it('A limit in the database counts keys separately', async () => {
    const limit = { burst: 1, everyMs: 1_000 };
    const [one, other] = [freshKey(), freshKey()];
    expect(await useLimit(db, { key: one, limit }, start)).toEqual(yes);
    expect(await useLimit(db, { key: other, limit }, start)).toEqual(yes);
    expect(await useLimit(db, { key: one, limit }, start)).toEqual(no(1_000));
  });

  it('A limit in the database takes back uses that shall not count', async () => {
    const use = { key: freshKey(), limit: { burst: 2, everyMs: 1_000 }, cost: 2 };
    expect(await useLimit(db, use, start)).toEqual(yes);
    await refundUse(db, use);
    expect(await useLimit(db, use, start)).toEqual(yes);
    expect(await useLimit(db, use, start)).toEqual(no(2_000));
  });

  it('A limit in the database neither delays nor allows more after the clock was set back', async () => {
    const use = { key: freshKey(), limit: { burst: 2, everyMs: 1_000 } };
    const wrong = after(365 * 86_400_000);
    expect(await useLimit(db, use, wrong)).toEqual(yes);
    expect(await useLimit(db, use, start)).toEqual(no(1_000));
    expect(await useLimit(db, use, after(999))).toEqual(no(1));
    expect(await useLimit(db, use, after(1_000))).toEqual(yes);
    expect(await useLimit(db, use, after(1_000))).toEqual(no(1_000));
  });

  it('A narrower limit does not delay for uses that the wider one allowed', async () => {
    const key = freshKey();
    for (let i = 0; i < 100; i += 1)
      await useLimit(db, { key, limit: { burst: 100, everyMs: 1_000 } }, start);
    expect(await useLimit(db, { key, limit: { burst: 2, everyMs: 1_000 } }, start)).toEqual(no(1_000));
    expect(await useLimit(db, { key, limit: { burst: 2, everyMs: 1_000 } }, after(1_000))).toEqual(yes);
  });

  it('A limit in the database is deleted once its whole burst is available, not earlier', async () => {
    const use = { key: freshKey(), limit: { burst: 1, everyMs: 1_000 } };
    await useLimit(db, use, start);
    await deleteExpiredRateLimits(db, after(1_000), 10_000);
    expect(await useLimit(db, use, after(999))).toEqual(no(1));
    expect(await deleteExpiredRateLimits(db, after(1_001), 10_000)).toBeGreaterThan(0);
    const left = db.selectFrom('rate_limit').selectAll().where('key', '=', use.key);
    expect(await left.execute()).toEqual([]);
  });
});

describe('several limits at once', () => {
  const limit = { burst: 2, everyMs: 1_000 };
  const uses = (...of: LimitUse[]) => useLimits(db, of, start);

  it('Several limits at once are used all or not at all', async () => {
    const [narrow, wide] = [
      { key: freshKey(), limit: { burst: 1, everyMs: 5_000 } },
      { key: freshKey(), limit },
    ];
    expect(await uses(wide, narrow)).toEqual(yes);
    expect(await uses(wide, narrow)).toEqual(no(5_000));
    expect(await uses(wide)).toEqual(yes);
    expect(await uses(wide)).toEqual(no(1_000));
  });

  it('Several limits at once wait for the slowest of them', async () => {
    const [slow, fast] = [
      { key: freshKey(), limit: { burst: 1, everyMs: 9_000 } },
      { key: freshKey(), limit: { burst: 1, everyMs: 3_000 } },
    ];
    expect(await uses(slow, fast)).toEqual(yes);
    expect(await uses(fast, slow)).toEqual(no(9_000));
  });

  it('Several limits at once hold for 200 concurrent uses in any order without a deadlock', async () => {
    const both = [
      { key: freshKey(), limit: { burst: 20, everyMs: 60_000 } },
      { key: freshKey(), limit: { burst: 30, everyMs: 60_000 } },
    ];
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => uses(...(i % 2 ? both : both.toReversed()))),
    );
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(20);
    const more = await Promise.all(Array.from({ length: 20 }, () => uses(both[1]!)));
    expect(more.filter(({ allowed }) => allowed)).toHaveLength(10);
  });

  it('Of alternative limits the first open one is used, and the wait ends when the first of them opens', async () => {
    const [own, shared] = [
      { key: freshKey(), limit: { burst: 1, everyMs: 9_000 } },
      { key: freshKey(), limit: { burst: 1, everyMs: 3_000 } },
    ];
    const either = () => inTransaction(db, (tx) => useFirstAllowed(tx, [[own], [shared]], start));
    expect(await either()).toEqual(yes);
    expect(await uses(own)).toEqual(no(9_000));
    expect(await either()).toEqual(yes);
    expect(await either()).toEqual(no(3_000));
  });

  it('Several limits at once are not used if their transaction rolls back', async () => {
    const use = { key: freshKey(), limit: { burst: 1, everyMs: 1_000 } };
    const failing = inTransaction(db, async (tx) => {
      expect(await useLimits(tx, [use], start)).toEqual(yes);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await uses(use)).toEqual(yes);
  });
});
