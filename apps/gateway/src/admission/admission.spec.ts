import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '../calls/reissue-workflows.js';
import { AdaptiveLimit } from './adaptive-limit.js';
import { Admission, type AdmittedKind } from './admission.js';

const range = { min: 8, initial: 64, max: 100, targetMs: 2_000 };

describe('adaptive limit', () => {
  const call = (startedAt: number, ms: number, atOnce = 100) => ({
    startedAt,
    endedAt: startedAt + ms,
    atOnce,
  });

  it('The limit shrinks by a tenth after a slow call, and not below its minimum', () => {
    const limit = new AdaptiveLimit(range);
    limit.observe(call(0, 2_001));
    expect(limit.value).toBe(57);
    for (let at = 10_000; at < 1_000_000; at += 10_000) limit.observe(call(at, 3_000));
    expect(limit.value).toBe(8);
  });

  it('The limit shrinks once for all calls that were in progress at the same time', () => {
    const limit = new AdaptiveLimit(range);
    for (let i = 0; i < 50; i += 1) limit.observe(call(i, 5_000));
    expect(limit.value).toBe(57);
  });

  it('The limit grows with fast calls while they use it, and not above its maximum', () => {
    const limit = new AdaptiveLimit(range);
    for (let i = 0; i < 1_000; i += 1) limit.observe(call(i, 100, 10));
    expect(limit.value).toBe(64);
    for (let i = 0; i < 65; i += 1) limit.observe(call(i, 100));
    expect(limit.value).toBe(65);
    for (let i = 0; i < 10_000; i += 1) limit.observe(call(i, 100));
    expect(limit.value).toBe(100);
  });
});

describe('admission', () => {
  let now = 0;
  const done: Delivery = {
    reached: 'COMPLETED',
    result: { standing: { state: 'ISSUED', alarm: null, parked: null }, status: 'DONE' },
  };
  const admissionOf = (maxCalls = 1_000) =>
    new Admission({ targetMs: 2_000, maxCalls, clock: () => now, random: () => 0.5 });
  /** Calls that stay in progress until they are released. */
  const occupy = (admission: Admission, kind: AdmittedKind, count: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const calls = Array.from({ length: count }, () => admission.run(kind, () => promise));
    return async () => {
      resolve();
      await Promise.all(calls);
    };
  };
  const refusal = (seconds: string) => {
    const headers = { 'retry-after': seconds };
    return expect.objectContaining({ status: 503, type: 'unavailable', headers, expected: true });
  };
  const slowStep = async (admission: Admission, kind: 'giveConsents' | 'answerChallenges') => {
    now += 100_000;
    await admission.measure(kind, () => {
      now += 5_000;
      return Promise.resolve(done);
    });
  };

  it('Starts are refused with Retry-After at the limit, and admitted again below it', async () => {
    const admission = admissionOf();
    const release = occupy(admission, 'start', 32);
    expect(() => admission.requireRoom('start')).toThrow(refusal('6'));
    await expect(admission.run('start', () => Promise.resolve())).rejects.toEqual(refusal('6'));
    expect([admission.inProgress('start'), admission.refused('start')]).toEqual([32, 2]);
    await release();
    expect(await admission.run('start', () => Promise.resolve('started'))).toBe('started');
    expect(admission.inProgress('start')).toBe(0);
  });

  it('Steps are admitted where starts are refused, up to four times as many calls', async () => {
    const admission = admissionOf();
    const release = [occupy(admission, 'start', 32), occupy(admission, 'step', 3 * 32)];
    await expect(admission.run('step', () => Promise.resolve())).rejects.toEqual(refusal('2'));
    await Promise.all(release.map((end) => end()));
    expect(await admission.run('step', () => Promise.resolve('done'))).toBe('done');
  });

  it('No more calls are in progress than the maximum', async () => {
    const admission = admissionOf(10);
    const release = occupy(admission, 'step', 10);
    expect(admission.limitOf('step')).toBe(10);
    expect(() => admission.requireRoom('step')).toThrow(refusal('2'));
    await release();
  });

  it('A call that fails is not in progress any more', async () => {
    const admission = admissionOf();
    await expect(admission.run('step', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(admission.inProgress('step')).toBe(0);
  });

  it('A slow step lowers the limit, unless it may have waited for a provider', async () => {
    const admission = admissionOf();
    await slowStep(admission, 'answerChallenges');
    expect(admission.limitOf('start')).toBe(32);
    await slowStep(admission, 'giveConsents');
    expect([admission.limitOf('start'), admission.limitOf('step')]).toEqual([28, 112]);
  });

  it('A message that the workflow did not accept in time lowers the limit', async () => {
    const admission = admissionOf();
    await admission.measure('start', () => {
      now += 10_000;
      return Promise.resolve({ reached: 'UNKNOWN' });
    });
    expect(admission.limitOf('start')).toBe(28);
  });
});
