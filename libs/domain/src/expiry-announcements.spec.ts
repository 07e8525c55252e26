import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dueAnnouncement, expiryWindows } from './expiry-announcements.js';

const days = [30, 7, 1];
const dayMs = 86_400_000;
const lastYear = new Date('2025-12-31T15:00:00Z');
/** The end of 31 January in Korea, as bank certificates end. */
const notAfter = new Date('2027-01-31T14:59:59Z');

const dueOn = (at: string, registeredAt = lastYear, end = notAfter) =>
  dueAnnouncement(days, { notAfter: end, registeredAt }, new Date(at));

describe('the announcement of a certificate', () => {
  it.each([
    ['2026-12-31T14:59:59.999Z', undefined, '31 days before'],
    ['2026-12-31T15:00:00Z', 30, 'from 00:00 in Korea, 30 days before'],
    ['2027-01-23T14:59:59.999Z', 30, 'until the end of the day 8 days before'],
    ['2027-01-23T15:00:00Z', 7, '7 days before'],
    ['2027-01-29T14:59:59.999Z', 7, '2 days before'],
    ['2027-01-29T15:00:00Z', 1, 'on the day before'],
    ['2027-01-31T14:59:58.999Z', 1, 'on the last day'],
    ['2027-01-31T14:59:59Z', undefined, 'in the last second, when it has expired'],
    ['2027-01-31T15:00:00Z', -1, 'on the day after'],
    ['2027-02-07T14:59:59.999Z', -1, '7 days after'],
    ['2027-02-07T15:00:00Z', undefined, '8 days after'],
  ])('The announcement that is due at %s is %s: %s', (at, due, _when) => {
    expect(dueOn(at)).toBe(due);
  });

  it('A certificate that expires in the morning is announced as expired on the next day only', () => {
    const morning = new Date('2027-01-31T00:30:00Z');
    expect(dueOn('2027-01-31T00:29:59Z', lastYear, morning)).toBe(1);
    expect(dueOn('2027-01-31T00:30:00Z', lastYear, morning)).toBeUndefined();
    expect(dueOn('2027-01-31T15:00:00Z', lastYear, morning)).toBe(-1);
  });

  it('A certificate that is valid for ten days is not announced when it is registered, but seven days before its end', () => {
    const registeredAt = new Date('2027-01-21T03:00:00Z');
    expect(dueOn('2027-01-21T03:00:01Z', registeredAt)).toBeUndefined();
    expect(dueOn('2027-01-23T14:59:59Z', registeredAt)).toBeUndefined();
    expect(dueOn('2027-01-23T15:00:00Z', registeredAt)).toBe(7);
  });

  it('A certificate that is registered on the day of an announcement waits for the next one', () => {
    const registeredAt = new Date('2026-12-31T15:00:00Z');
    expect(dueOn('2027-01-01T15:00:00Z', registeredAt)).toBeUndefined();
    expect(dueOn('2027-01-01T15:00:00Z', new Date(registeredAt.getTime() - 1))).toBe(30);
    expect(dueOn('2027-01-23T15:00:00Z', registeredAt)).toBe(7);
  });
});

const policies = fc.uniqueArray(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 });
const times = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2030, 0) }).map((ms) => new Date(ms));

it('A due announcement is of the window in which the certificate expires, and no windows overlap', () => {
  fc.assert(
    fc.property(policies, times, fc.integer({ min: -20, max: 120 }), (policy, now, offset) => {
      const end = new Date(now.getTime() + offset * dayMs);
      const containing = expiryWindows(policy, now).filter(({ from, until }) => from <= end && end < until);
      expect(containing.length).toBeLessThanOrEqual(1);
      const due = dueAnnouncement(policy, { notAfter: end, registeredAt: lastYear }, now);
      if (due !== undefined) expect(containing.map(({ daysLeft }) => daysLeft)).toEqual([due]);
    }),
  );
});

it('A worker that looks once a day makes each announcement of an old certificate once, in their order', () => {
  fc.assert(
    fc.property(policies, times, fc.integer({ min: 0, max: dayMs - 1 }), (policy, end, time) => {
      const registeredAt = new Date(end.getTime() - 400 * dayMs);
      const made: number[] = [];
      for (let day = -120; day <= 20; day += 1) {
        const now = new Date(Math.floor(end.getTime() / dayMs + day) * dayMs + time);
        const due = dueAnnouncement(policy, { notAfter: end, registeredAt }, now);
        if (due !== undefined && !made.includes(due)) made.push(due);
      }
      expect(made).toEqual([...policy.toSorted((one, other) => other - one), -1]);
    }),
  );
});
