import { describe, expect, it } from '@jest/globals';
import { decideBasis, endDateForBasis, renewalWindowDays } from './index.js';

const now = new Date('2026-11-05T03:04:05.678Z');
const dayMs = 86_400_000;
const windowMs = renewalWindowDays * dayMs;
const endingIn = (ms: number) => new Date(now.getTime() + ms);

describe('the basis of the new certificate', () => {
  it.each([
    ['the old one is valid for another year', 365 * dayMs, 'REISSUE'],
    ['the old one has 30 days and a millisecond left', windowMs + 1, 'REISSUE'],
    ['the old one has exactly 30 days left', windowMs, 'RENEW'],
    ['the old one has a millisecond less than 30 days left', windowMs - 1, 'RENEW'],
    ['the old one has a millisecond left', 1, 'RENEW'],
    ['the old one expires now', 0, 'NEW'],
    ['the old one expired a millisecond ago', -1, 'NEW'],
    ['the old one expired years ago', -800 * dayMs, 'NEW'],
  ] as const)('The basis of the new certificate is decided when %s', (_name, left, basis) => {
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
