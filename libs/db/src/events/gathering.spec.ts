import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Gathering } from './gathering.js';

const timing = { collectMs: 20, pauseMs: 200 };
let handed: { at: number; items: readonly string[] }[];
let gathering: Gathering;
beforeEach(() => {
  jest.useFakeTimers();
  const start = performance.now();
  handed = [];
  gathering = new Gathering((items) => handed.push({ at: performance.now() - start, items }), timing);
});
afterEach(() => void jest.useRealTimers());

describe('Gathering', () => {
  it('hands over after a quiet time what came within the time to collect, each item once', () => {
    gathering.add(['a', 'b']);
    jest.advanceTimersByTime(10);
    gathering.add(['b', 'c']);
    jest.advanceTimersByTime(1_000);
    expect(handed).toEqual([{ at: 20, items: ['a', 'b', 'c'] }]);
  });

  it('pauses between two handovers under load, and loses nothing', () => {
    const all = Array.from({ length: 100 }, (_, index) => `item ${index}`);
    for (const item of all) {
      gathering.add([item]);
      jest.advanceTimersByTime(10);
    }
    jest.advanceTimersByTime(1_000);
    expect(handed.flatMap(({ items }) => items)).toEqual(all);
    expect(handed.map(({ at }) => at)).toEqual([20, 220, 420, 620, 820, 1_020]);
  });

  it('hands an item over again that comes after the handover', () => {
    gathering.add(['a']);
    jest.advanceTimersByTime(1_000);
    gathering.add(['a']);
    jest.advanceTimersByTime(1_000);
    expect(handed).toEqual([
      { at: 20, items: ['a'] },
      { at: 1_020, items: ['a'] },
    ]);
  });
});
