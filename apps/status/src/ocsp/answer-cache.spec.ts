import { describe, expect, it } from '@jest/globals';
import { AnswerCache } from './answer-cache.js';

interface Answer {
  readonly text: string;
  readonly keepUntil: number | undefined;
  readonly keepFrom?: number;
}

const answer = (text: string): Answer => ({ text, keepUntil: 100 });

/** A cache, and the serial numbers of all answers that were made. */
function world(capacity = 2, isNotified = () => true) {
  const cache = new AnswerCache<Answer>(capacity, isNotified);
  const made: string[] = [];
  const ask = (serial: string, now = 0, make = () => Promise.resolve(answer(serial))) =>
    cache
      .get(serial, 'question', now, () => {
        made.push(serial);
        return make();
      })
      .then(({ text }) => text);
  return { cache, made, ask };
}

describe('memory of signed answers', () => {
  it('A cached answer is reused until the end of its time', async () => {
    const { ask, made } = world();
    expect([await ask('a'), await ask('a', 99)]).toEqual(['a', 'a']);
    expect(made).toEqual(['a']);
    await ask('a', 100);
    expect(made).toEqual(['a', 'a']);
  });

  it('An answer that was cached while the clock ran ahead is not reused after the clock is corrected', async () => {
    const { ask, made } = world();
    await ask('a', 50, () => Promise.resolve({ ...answer('a'), keepFrom: 50 }));
    await ask('a', 50);
    expect(made).toEqual(['a']);
    await ask('a', 49);
    expect(made).toEqual(['a', 'a']);
  });

  it('A status change removes the cached answer of its certificate, also while that answer is being made', async () => {
    const { cache, ask, made } = world();
    const slow = Promise.withResolvers<Answer>();
    const before = ask('a', 0, () => slow.promise);
    cache.forget('a');
    const after = ask('a', 0, () => Promise.resolve(answer('revoked')));
    slow.resolve(answer('good'));
    expect([await before, await after, await ask('a')]).toEqual(['good', 'revoked', 'revoked']);
    expect(made).toHaveLength(2);
  });

  it('Concurrent requests share one answer, also an answer that is not cached', async () => {
    const { ask, made } = world();
    const unknown = () => Promise.resolve({ text: 'unknown', keepUntil: undefined });
    await Promise.all([ask('a', 0, unknown), ask('a', 0, unknown)]);
    expect(made).toHaveLength(1);
    await ask('a', 0, unknown);
    expect(made).toHaveLength(2);
  });

  it('A failure is not cached', async () => {
    const { cache, ask } = world();
    await expect(ask('a', 0, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(cache.size).toBe(0);
    expect(await ask('a')).toBe('a');
  });

  it('The cache holds a limited number of certificates, and drops the least recently used one', async () => {
    const { cache, ask, made } = world(2);
    for (const serial of ['a', 'b', 'a', 'c', 'a']) await ask(serial);
    expect(made).toEqual(['a', 'b', 'c']);
    expect(cache.size).toBe(2);
    await ask('b');
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });

  it('The cache is not used while notifications of changes do not arrive, or if its capacity is 0', async () => {
    let notified = true;
    const { ask, made } = world(2, () => notified);
    await ask('a');
    notified = false;
    await ask('a');
    expect(made).toHaveLength(2);
    const without = world(0);
    await without.ask('a');
    await without.ask('a');
    expect(without.made).toHaveLength(2);
  });
});
