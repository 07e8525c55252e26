import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isKoreanNight,
  koreanDayOf,
  koreanDaysBetween,
  nextKoreanDay,
  startOfKoreanDay,
} from './korean-time.js';

describe('a day in Korea', () => {
  it.each([
    ['2026-11-22T14:59:59.999Z', '2026-11-22', '2026-11-22T15:00:00.000Z'],
    ['2026-11-22T15:00:00.000Z', '2026-11-23', '2026-11-23T15:00:00.000Z'],
    ['2026-12-31T20:00:00.000Z', '2027-01-01', '2027-01-01T15:00:00.000Z'],
  ])('The day in Korea at %s is %s and ends at %s', (at, day, end) => {
    expect(koreanDayOf(new Date(at))).toBe(day);
    expect(nextKoreanDay(new Date(at)).toISOString()).toBe(end);
  });

  it('Days in Korea are counted from midnight to midnight there', () => {
    const at = new Date('2026-11-22T15:00:00Z');
    expect(koreanDaysBetween(new Date(at.getTime() - 1), at)).toBe(1);
    expect(koreanDaysBetween(at, new Date('2026-11-23T14:59:59.999Z'))).toBe(0);
    expect(koreanDaysBetween(at, new Date('2026-11-21T15:00:00Z'))).toBe(-1);
    expect(startOfKoreanDay(new Date('2026-11-23T14:59:59.999Z'), -1).toISOString()).toBe(
      '2026-11-21T15:00:00.000Z',
    );
  });
});

describe('night in Korea', () => {
  it.each([
    ['2026-11-22T11:59:59.999Z', false, '20:59:59'],
    ['2026-11-22T12:00:00Z', true, '21:00'],
    ['2026-11-22T15:00:00Z', true, 'midnight'],
    ['2026-11-22T22:59:59.999Z', true, '07:59:59'],
    ['2026-11-22T23:00:00Z', false, '08:00'],
  ])('At %s night in Korea is %s: it is %s there', (at, night, _there) => {
    expect(isKoreanNight(new Date(at))).toBe(night);
  });

  it('Hours and days in Korea are those of the time zone Asia/Seoul', () => {
    const seoul = new Intl.DateTimeFormat('sv-SE', {
      ...{ timeZone: 'Asia/Seoul', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', hourCycle: 'h23' },
    } as const);
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2100, 0) }), (ms) => {
        const at = new Date(ms);
        const [day, hour] = seoul.format(at).split(/[ T]/);
        expect(koreanDayOf(at)).toBe(day);
        expect(isKoreanNight(at)).toBe(Number(hour) >= 21 || Number(hour) < 8);
        expect(koreanDayOf(startOfKoreanDay(at))).toBe(day);
        expect(koreanDayOf(new Date(startOfKoreanDay(at).getTime() - 1))).not.toBe(day);
      }),
    );
  });
});
