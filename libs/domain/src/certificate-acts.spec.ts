import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  certificateActs,
  certificateStatusNames,
  endOfHold,
  outcomeOfAct,
  certificateStatusOf,
} from './certificate-acts.js';

const now = new Date('2026-11-22T03:00:00Z');
const later = new Date('2027-11-22T14:59:59Z');
const stored = { state: 'STORED', not_after: later, hold_at: null, revoked_at: null } as const;

describe('the acts on a certificate', () => {
  it('An act is done or refused by the status of the certificate', () => {
    const table = Object.fromEntries(
      certificateActs.map((act) => [
        act,
        certificateStatusNames.map((standing) => outcomeOfAct(act, standing)),
      ]),
    );
    expect(certificateStatusNames).toEqual(['NOT_ISSUED', 'VALID', 'ON_HOLD', 'REVOKED', 'EXPIRED']);
    expect(table).toEqual({
      revoke: ['NOT_ISSUED', 'DONE', 'DONE', 'ALREADY_REVOKED', 'EXPIRED'],
      hold: ['NOT_ISSUED', 'DONE', 'ALREADY_ON_HOLD', 'ALREADY_REVOKED', 'EXPIRED'],
      release: ['NOT_ISSUED', 'NOT_ON_HOLD', 'DONE', 'ALREADY_REVOKED', 'EXPIRED'],
    });
  });

  it.each(certificateActs)('A revoked certificate refuses the act %s', (act) => {
    expect(outcomeOfAct(act, 'REVOKED')).toBe('ALREADY_REVOKED');
  });
});

describe('the status of a certificate', () => {
  it.each([
    ['VALID', stored],
    ['ON_HOLD', { ...stored, hold_at: now }],
    ['REVOKED', { ...stored, revoked_at: now }],
    ['REVOKED', { ...stored, hold_at: now, revoked_at: now }],
    ['REVOKED', { ...stored, not_after: now, revoked_at: now }],
    ['EXPIRED', { ...stored, not_after: now }],
    ['EXPIRED', { ...stored, hold_at: now, not_after: now }],
    ['NOT_ISSUED', { ...stored, state: 'INTENT' }],
    ['REVOKED', { ...stored, state: 'ABANDONED', revoked_at: now }],
  ] as const)('The status is %s for %j', (standing, certificate) => {
    expect(certificateStatusOf(certificate, now)).toBe(standing);
  });
});

describe('the end of a hold', () => {
  it.each([
    ['2026-08-31T10:00:00+09:00', 6, '2027-02-28T10:00:00+09:00'],
    ['2027-08-31T10:00:00+09:00', 6, '2028-02-29T10:00:00+09:00'],
    ['2026-08-30T10:00:00+09:00', 6, '2027-02-28T10:00:00+09:00'],
    ['2026-01-31T23:59:59.999+09:00', 6, '2026-07-31T23:59:59.999+09:00'],
    ['2026-12-31T00:00:00+09:00', 6, '2027-06-30T00:00:00+09:00'],
    ['2026-08-31T15:30:00Z', 6, '2027-02-28T15:30:00Z'], // already 1 September in Korea: until 1 March
    ['2026-03-31T10:00:00+09:00', 1, '2026-04-30T10:00:00+09:00'],
    ['2028-02-29T10:00:00+09:00', 12, '2029-02-28T10:00:00+09:00'],
  ])('A hold that began %s ends %i calendar months later in Korea: %s', (heldAt, months, end) => {
    expect(endOfHold(new Date(heldAt), months).toISOString()).toBe(new Date(end).toISOString());
  });

  it('A hold ends whole days later, 28 to 31 for each month', () => {
    const dates = fc.date({
      min: new Date('2020-01-01Z'),
      max: new Date('2060-01-01Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, fc.integer({ min: 1, max: 60 }), (heldAt, months) => {
        const end = endOfHold(heldAt, months);
        expect((end.getTime() - heldAt.getTime()) % 86_400_000).toBe(0);
        const days = (end.getTime() - heldAt.getTime()) / 86_400_000;
        expect(days).toBeGreaterThanOrEqual(28 * months);
        expect(days).toBeLessThanOrEqual(31 * months);
      }),
    );
  });
});
