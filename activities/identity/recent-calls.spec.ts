import { describe, expect, it } from '@jest/globals';
import { RecentCalls } from './recent-calls.js';

/** A clock that only calls move, by as long as they say they take. */
function calls() {
  let now = 0;
  const recent = new RecentCalls(() => now);
  return {
    recent,
    pass: (ms: number) => void (now += ms),
    take: (ms: number, error?: Error) =>
      recent.measure('send', async () => {
        now += ms;
        if (error) throw error;
        return 'answer';
      }),
  };
}

const timeOf = async (call: () => Promise<unknown>) => {
  const from = performance.now();
  await call().catch(() => undefined);
  return performance.now() - from;
};

describe('calls that are imitated', () => {
  it('give what was called as it is', async () => {
    const { take } = calls();
    expect(await take(5)).toBe('answer');
    await expect(take(5, new Error('away'))).rejects.toThrow('away');
  });

  it('take as long as one of the last ones', async () => {
    const { recent, take } = calls();
    for (let i = 0; i < 100; i += 1) await take(5_000);
    for (let i = 0; i < 64; i += 1) await take(20);
    for (let i = 0; i < 5; i += 1) {
      const took = await timeOf(() => recent.imitate('send'));
      expect(took).toBeGreaterThan(15);
      expect(took).toBeLessThan(4_000);
    }
  });

  it('take as long as any, where none was made yet', async () => {
    expect(await timeOf(() => calls().recent.imitate('send'))).toBeGreaterThan(25);
  });

  it('fail while the others fail, after as long, and no longer than a minute after they were heard of', async () => {
    const { recent, take, pass } = calls();
    await take(1);
    await take(40, new Error('away')).catch(() => undefined);
    const from = performance.now();
    await expect(recent.imitate('send')).rejects.toThrow('away');
    expect(performance.now() - from).toBeGreaterThan(35);
    await expect(recent.imitate('verify')).resolves.toBeUndefined();
    pass(60_000);
    await expect(recent.imitate('send')).resolves.toBeUndefined();
  });

  it('fail no more once another call was answered', async () => {
    const { recent, take } = calls();
    await take(1, new Error('away')).catch(() => undefined);
    await take(1);
    await expect(recent.imitate('send')).resolves.toBeUndefined();
  });

  it('are spread as the others are', async () => {
    const { recent, take } = calls();
    for (let i = 0; i < 32; i += 1) await take(i % 2 ? 5 : 60);
    const times = await Promise.all(Array.from({ length: 60 }, () => timeOf(() => recent.imitate('send'))));
    const long = times.filter((ms) => ms > 45).length;
    expect(long).toBeGreaterThan(10);
    expect(long).toBeLessThan(50);
  });
});
