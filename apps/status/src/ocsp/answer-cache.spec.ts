import { describe, expect, it } from '@jest/globals';
import { AnswerCache } from './answer-cache.js';

interface Answer {
  readonly text: string;
  readonly keepUntil: number | undefined;
  readonly keepFrom?: number;
}

const answer = (text: string): Answer => ({ text, keepUntil: 100 });

/** A cache, and how often an answer was made. */
function world(capacity = 2, trustworthy = () => true) {
  const cache = new AnswerCache<Answer>(capacity, trustworthy);
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
  it('gives an answer again until its time has come', async () => {
    const { ask, made } = world();
    expect([await ask('a'), await ask('a', 99)]).toEqual(['a', 'a']);
    expect(made).toEqual(['a']);
    await ask('a', 100);
    expect(made).toEqual(['a', 'a']);
  });

  it('gives no answer of a clock that ran ahead once it was set right', async () => {
    const { ask, made } = world();
    await ask('a', 50, () => Promise.resolve({ ...answer('a'), keepFrom: 50 }));
    await ask('a', 50);
    expect(made).toEqual(['a']);
    await ask('a', 49);
    expect(made).toEqual(['a', 'a']);
  });

  it('forgets a certificate whose status has changed, also while its answer is being made', async () => {
    const { cache, ask, made } = world();
    const slow = Promise.withResolvers<Answer>();
    const before = ask('a', 0, () => slow.promise);
    cache.forget('a');
    const after = ask('a', 0, () => Promise.resolve(answer('revoked')));
    slow.resolve(answer('good'));
    expect([await before, await after, await ask('a')]).toEqual(['good', 'revoked', 'revoked']);
    expect(made).toHaveLength(2);
  });

  it('lets those who ask at the same time share one answer, also one that is not kept', async () => {
    const { ask, made } = world();
    const unknown = () => Promise.resolve({ text: 'unknown', keepUntil: undefined });
    await Promise.all([ask('a', 0, unknown), ask('a', 0, unknown)]);
    expect(made).toHaveLength(1);
    await ask('a', 0, unknown);
    expect(made).toHaveLength(2);
  });

  it('keeps no failure', async () => {
    const { cache, ask } = world();
    await expect(ask('a', 0, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(cache.size).toBe(0);
    expect(await ask('a')).toBe('a');
  });

  it('the cache holds a limited number of certificates, and drops the least recently used one', async () => {
    const { cache, ask, made } = world(2);
    for (const serial of ['a', 'b', 'a', 'c', 'a']) await ask(serial);
    expect(made).toEqual(['a', 'b', 'c']);
    expect(cache.size).toBe(2);
    await ask('b');
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });

  it('is not used while changes are not heard of, nor where there is to be none', async () => {
    let heard = true;
    const { ask, made } = world(2, () => heard);
    await ask('a');
    heard = false;
    await ask('a');
    expect(made).toHaveLength(2);
    const without = world(0);
    await without.ask('a');
    await without.ask('a');
    expect(without.made).toHaveLength(2);
  });
});
