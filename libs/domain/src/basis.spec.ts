import { describe, expect, it } from '@jest/globals';
import { decideBasis, endDateForBasis, renewalWindowDays } from './index.js';

const now = new Date('2026-11-05T03:04:05.678Z');
const dayMs = 86_400_000;
const windowMs = renewalWindowDays * dayMs;
const endingIn = (ms: number) => new Date(now.getTime() + ms);

describe('the basis of the new certificate', () => {
  it.each([
    ['a year is left', 365 * dayMs, 'REISSUE'],
    ['30 days and a millisecond are left', windowMs + 1, 'REISSUE'],
    ['exactly 30 days are left', windowMs, 'RENEW'],
    ['30 days less a millisecond are left', windowMs - 1, 'RENEW'],
    ['a millisecond is left', 1, 'RENEW'],
    ['it ends this very moment', 0, 'NEW'],
    ['it ended a millisecond ago', -1, 'NEW'],
    ['it ended years ago', -800 * dayMs, 'NEW'],
  ] as const)('The basis with %s of the old certificate is decided', (_name, left, basis) => {
    expect(decideBasis(endingIn(left), now)).toBe(basis);
  });

  it('The basis without an old certificate is NEW', () => {
    expect(decideBasis(undefined, now)).toBe('NEW');
  });
});

describe('the end date of the certificate on file', () => {
  const notAfter = endingIn(100 * dayMs);

  it.each([null, 'keyCompromise'])(
    'The end date counts while the holder may use the certificate (%p)',
    (revocationReason) => {
      expect(endDateForBasis({ notAfter, revocationReason })).toBe(notAfter);
    },
  );

  it.each(['superseded', 'cessationOfOperation'])(
    'The end date does not count after %p',
    (revocationReason) => {
      expect(endDateForBasis({ notAfter, revocationReason })).toBeUndefined();
    },
  );

  it('There is no end date without a certificate', () => {
    expect(endDateForBasis(undefined)).toBeUndefined();
  });
});
