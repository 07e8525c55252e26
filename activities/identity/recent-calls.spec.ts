import { describe, expect, it } from '@jest/globals';
import { RecentCalls } from './recent-calls.js';

/** A clock that each call advances by its duration, and delays that are recorded instead of waited for. */
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
    call: (ms: number, error?: Error) =>
      recent.measure('send', async () => {
        now += ms;
        if (error) throw error;
        return 'answer';
      }),
  };
}

describe('RecentCalls', () => {
  it('measure returns or throws what the call does', async () => {
    const { call } = calls();
    expect(await call(5)).toBe('answer');
    await expect(call(5, new Error('away'))).rejects.toThrow('away');
  });

  it('An imitated call takes as long as one of the last 64 calls', async () => {
    const { recent, call, pauses } = calls();
    for (let i = 0; i < 100; i += 1) await call(5_000);
    for (let i = 0; i < 64; i += 1) await call(20);
    for (let i = 0; i < 5; i += 1) await recent.imitate('send');
    expect(pauses).toEqual(Array(5).fill(20));
  });

  it('An imitated call takes 30 ms if no call was measured yet', async () => {
    const { recent, pauses } = calls();
    await recent.imitate('send');
    expect(pauses).toEqual([30]);
  });

  it('An imitated call fails as the last call did, for a minute after that failure', async () => {
    const { recent, call, pass, pauses } = calls();
    await call(1);
    await call(40, new Error('away')).catch(() => undefined);
    await expect(recent.imitate('send')).rejects.toThrow('away');
    expect(pauses).toEqual([40]);
    await expect(recent.imitate('verify')).resolves.toBeUndefined();
    pass(60_000);
    await expect(recent.imitate('send')).resolves.toBeUndefined();
  });

  it('An imitated call succeeds again after another call was answered', async () => {
    const { recent, call } = calls();
    await call(1, new Error('away')).catch(() => undefined);
    await call(1);
    await expect(recent.imitate('send')).resolves.toBeUndefined();
  });

  it('Imitated calls have the same distribution of durations as the measured ones', async () => {
    const { recent, call, pauses } = calls();
    for (let i = 0; i < 32; i += 1) await call(i % 2 ? 5 : 60);
    for (let i = 0; i < 60; i += 1) await recent.imitate('send');
    const long = pauses.filter((ms) => ms === 60).length;
    expect(long).toBeGreaterThan(10);
    expect(long).toBeLessThan(50);
  });
});
