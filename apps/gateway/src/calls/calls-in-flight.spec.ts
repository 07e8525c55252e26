import { describe, expect, it } from '@jest/globals';
import { CallsInFlight } from './calls-in-flight.js';

const call = (updateId: string, requestHmac = 'h', reissueId = 'ri_1') => ({
  reissueId,
  updateId,
  requestHmac,
});
const pending = () => Promise.withResolvers<string>();

describe('calls in flight', () => {
  it('A repeated call shares the answer of the call in flight', async () => {
    const inFlight = new CallsInFlight(4);
    const { promise, resolve } = pending();
    let runs = 0;
    const all = Array.from({ length: 50 }, () =>
      inFlight.run(call('u'), () => {
        runs += 1;
        return promise;
      }),
    );
    resolve('answer');
    expect(new Set(await Promise.all(all))).toEqual(new Set(['answer']));
    expect(runs).toBe(1);
  });

  it('Another request under the same key does not share the answer of the call in flight', async () => {
    const inFlight = new CallsInFlight(4);
    const answers = ['a', 'b'].map((hmac) => inFlight.run(call('u', hmac), () => Promise.resolve(hmac)));
    expect(await Promise.all(answers)).toEqual(['a', 'b']);
  });

  it('A fifth call in flight of one reissue is refused with 429', async () => {
    const inFlight = new CallsInFlight(4);
    const waits = Array.from({ length: 4 }, pending);
    const running = waits.map(({ promise }, index) => inFlight.run(call(`u${index}`), () => promise));
    const refused = inFlight.run(call('u5'), () => Promise.resolve('late'));
    await expect(refused).rejects.toMatchObject({
      type: 'too-many-requests',
      status: 429,
      headers: { 'retry-after': '1' },
    });
    expect(await inFlight.run(call('u5', 'h', 'ri_2'), () => Promise.resolve('other'))).toBe('other');
    waits[0]?.resolve('done');
    await running[0];
    expect(await inFlight.run(call('u5'), () => Promise.resolve('now'))).toBe('now');
    for (const { resolve } of waits) resolve('done');
    await Promise.all(running);
  });

  it('A failed call frees its place', async () => {
    const inFlight = new CallsInFlight(1);
    for (let index = 0; index < 3; index += 1)
      await expect(inFlight.run(call(`u${index}`), () => Promise.reject(new Error('no')))).rejects.toThrow(
        'no',
      );
    expect(await inFlight.run(call('u'), () => Promise.resolve('yes'))).toBe('yes');
  });
});
