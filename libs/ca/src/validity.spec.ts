import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { validity } from './validity.js';

const now = new Date('2026-11-05T03:04:05.678Z');
const iso = (date: Date) => date.toISOString();

describe('validity', () => {
  it('A reissue keeps the old end date', () => {
    const old = new Date('2027-03-01T14:59:59Z');
    expect(iso(validity('REISSUE', old, now, 1).notAfter)).toBe('2027-03-01T14:59:59.000Z');
  });

  it('A reissue of a certificate of another CA ends at 23:59:59 in Korea on the same day', () => {
    expect(iso(validity('REISSUE', new Date('2027-03-01T03:04:05Z'), now, 1).notAfter)).toBe(
      '2027-03-01T14:59:59.000Z',
    );
  });

  it('A renewal adds a year to the old end date', () => {
    const old = new Date('2026-11-20T14:59:59Z');
    expect(iso(validity('RENEW', old, now, 1).notAfter)).toBe('2027-11-20T14:59:59.000Z');
  });

  it('A new certificate is valid for a year from today in Korea', () => {
    expect(iso(validity('NEW', undefined, now, 1).notAfter)).toBe('2027-11-05T14:59:59.000Z');
    const lateEvening = new Date('2026-11-05T15:30:00Z'); // already the 6th in Korea
    expect(iso(validity('NEW', undefined, lateEvening, 1).notAfter)).toBe('2027-11-06T14:59:59.000Z');
  });

  it('A validity ends on 28 February if 29 February has no successor', () => {
    const leapDay = new Date('2028-02-29T03:00:00Z');
    expect(iso(validity('NEW', undefined, leapDay, 1).notAfter)).toBe('2029-02-28T14:59:59.000Z');
  });

  it('A validity never begins in the future and ends at 23:59:59 in Korea, for any time', () => {
    const moments = fc.date({
      min: new Date('2000-01-01'),
      max: new Date('2090-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, (moment) => {
        const { notBefore, notAfter } = validity('NEW', undefined, moment, 1);
        expect(notBefore.getTime()).toBeLessThanOrEqual(moment.getTime());
        expect(moment.getTime() - notBefore.getTime()).toBeLessThan(1000);
        expect(iso(notAfter)).toMatch(/T14:59:59\.000Z$/);
        const days = (notAfter.getTime() - moment.getTime()) / 86_400_000;
        expect(days).toBeGreaterThan(364);
        expect(days).toBeLessThan(367);
      }),
    );
  });

  it('A backdated validity begins earlier, not before its issuer, and ends as without backdating', () => {
    const issuerOf = (iso: string) => ({ backdateMs: 300_000, notBeforeOfIssuer: new Date(iso) });
    const end = validity('NEW', undefined, now, 1).notAfter;
    const backdated = validity('NEW', undefined, now, 1, issuerOf('2026-01-01T00:00:00Z'));
    expect(backdated).toEqual({ notBefore: new Date('2026-11-05T02:59:05Z'), notAfter: end });
    const young = new Date('2026-11-05T03:02:00Z');
    expect(validity('NEW', undefined, now, 1, issuerOf(iso(young))).notBefore).toEqual(young);
    const old = new Date('2027-03-01T14:59:59Z');
    expect(validity('REISSUE', old, now, 1, { backdateMs: 300_000 }).notAfter).toEqual(old);
  });

  it('A validity counts from today also if the backdated begin is yesterday', () => {
    const justAfterMidnight = new Date('2026-11-05T15:01:00Z'); // the 6th in Korea
    const { notAfter } = validity('NEW', undefined, justAfterMidnight, 1, { backdateMs: 300_000 });
    expect(iso(notAfter)).toBe('2027-11-06T14:59:59.000Z');
  });

  it('A renewal and a new certificate get as many years as the profile gives', () => {
    const old = new Date('2026-11-20T14:59:59Z');
    expect(iso(validity('RENEW', old, now, 3).notAfter)).toBe('2029-11-20T14:59:59.000Z');
    expect(iso(validity('NEW', undefined, now, 3).notAfter)).toBe('2029-11-05T14:59:59.000Z');
  });

  it('Any number of renewals keeps the day of the year, and any reissue the exact end', () => {
    const ends = fc
      .integer({ min: 0, max: 30_000 })
      .map((days) => new Date(Date.parse('2000-01-01T14:59:59Z') + days * 86_400_000));
    fc.assert(
      fc.property(ends, fc.integer({ min: 1, max: 5 }), (old, years) => {
        const renewed = validity('RENEW', old, now, years).notAfter;
        expect(iso(renewed)).toMatch(/T14:59:59\.000Z$/);
        expect(renewed.getUTCFullYear()).toBe(old.getUTCFullYear() + years);
        const day = (date: Date) => iso(date).slice(5, 10);
        expect([day(old), '02-28']).toContain(day(renewed));
        if (day(old) !== '02-29') expect(day(renewed)).toBe(day(old));
        expect(validity('REISSUE', old, now, years).notAfter).toEqual(old);
      }),
    );
  });

  it('A reissue or renewal without an old certificate is refused', () => {
    expect(() => validity('REISSUE', undefined, now, 1)).toThrow(TypeError);
  });
});
