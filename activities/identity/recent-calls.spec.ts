import { describe, expect, it } from '@jest/globals';
import { RecentCalls } from './recent-calls.js';

/** A clock that only calls move, by as long as they say they take, and pauses that only are noted. */
function calls() {
  let now = 0;
  const pauses: number[] = [];
  const recent = new RecentCalls(
    () => now,
    async (ms) => void pauses.push(ms),
  );
  return {
    recent,
    pauses,
    pass: (ms: number) => void (now += ms),
    take: (ms: number, error?: Error) =>
      recent.measure('send', async () => {
        now += ms;
        if (error) throw error;
        return 'answer';
      }),
  };
}

describe('calls that are imitated', () => {
  it('give what was called as it is', async () => {
    const { take } = calls();
    expect(await take(5)).toBe('answer');
    await expect(take(5, new Error('away'))).rejects.toThrow('away');
  });

  it('take as long as one of the last ones', async () => {
    const { recent, take, pauses } = calls();
    for (let i = 0; i < 100; i += 1) await take(5_000);
    for (let i = 0; i < 64; i += 1) await take(20);
    for (let i = 0; i < 5; i += 1) await recent.imitate('send');
    expect(pauses).toEqual(Array(5).fill(20));
  });

  it('take as long as any, where none was made yet', async () => {
    const { recent, pauses } = calls();
    await recent.imitate('send');
    expect(pauses).toEqual([30]);
  });

  it('fail while the others fail, after as long, and no longer than a minute after they were heard of', async () => {
    const { recent, take, pass, pauses } = calls();
    await take(1);
    await take(40, new Error('away')).catch(() => undefined);
    await expect(recent.imitate('send')).rejects.toThrow('away');
    expect(pauses).toEqual([40]);
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
    const { recent, take, pauses } = calls();
    for (let i = 0; i < 32; i += 1) await take(i % 2 ? 5 : 60);
    for (let i = 0; i < 60; i += 1) await recent.imitate('send');
    const long = pauses.filter((ms) => ms === 60).length;
    expect(long).toBeGreaterThan(10);
    expect(long).toBeLessThan(50);
  });
});
