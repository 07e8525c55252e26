import { describe, expect, it } from '@jest/globals';
import { koreanDayOf, nextKoreanDay } from './korean-time.js';

describe('a day in Korea', () => {
  it.each([
    ['2026-11-22T14:59:59.999Z', '2026-11-22', '2026-11-22T15:00:00.000Z'],
    ['2026-11-22T15:00:00.000Z', '2026-11-23', '2026-11-23T15:00:00.000Z'],
    ['2026-12-31T20:00:00.000Z', '2027-01-01', '2027-01-01T15:00:00.000Z'],
  ])('The day in Korea at %s is %s and ends at %s', (at, day, end) => {
    expect(koreanDayOf(new Date(at))).toBe(day);
    expect(nextKoreanDay(new Date(at)).toISOString()).toBe(end);
  });
});
