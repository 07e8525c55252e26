import type { Basis } from '#libs/domain';

/** The validity period of a certificate, in whole seconds. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

interface Backdating {
  /** How far `notBefore` is in the past, for relying parties with slow clocks, in milliseconds. */
  readonly backdateMs?: number | undefined;
  /** A certificate is not valid before its issuer. */
  readonly notBeforeOfIssuer?: Date;
}

const koreaOffsetMs = 9 * 3_600_000;

/**
 * The validity period for a basis. A reissue keeps the day of the old end; a renewal adds the profile's years to the old
 * end; a new certificate is valid for these years from today. Validity ends at 23:59:59 in Korea.
 *
 * @param oldNotAfter end of the certificate on file; REISSUE and RENEW require it
 */
export function validity(
  basis: Basis,
  oldNotAfter: Date | undefined,
  now: Date,
  years: number,
  { backdateMs = 0, notBeforeOfIssuer = new Date(0) }: Backdating = {},
): Validity {
  // Rounded down: a relying party that gets the certificate at once must not see a notBefore in the future.
  const backdated = wholeSeconds(new Date(now.getTime() - backdateMs));
  const notBefore = notBeforeOfIssuer > backdated && notBeforeOfIssuer <= now ? notBeforeOfIssuer : backdated;
  if (basis === 'NEW') return { notBefore, notAfter: endOfKoreanDay(now, years) };
  if (!oldNotAfter) throw new TypeError(`${basis} needs the end of the old certificate`);
  return { notBefore, notAfter: endOfKoreanDay(oldNotAfter, basis === 'REISSUE' ? 0 : years) };
}

/** The date in Korea at a moment, as YYYY-MM-DD. */
export function koreanDate(moment: Date): string {
  return new Date(moment.getTime() + koreaOffsetMs).toISOString().slice(0, 10);
}

/** 23:59:59 in Korea on the day of `moment`, `years` later; 29 February becomes the 28th. */
export function endOfKoreanDay(moment: Date, years: number): Date {
  const korean = new Date(moment.getTime() + koreaOffsetMs);
  const year = korean.getUTCFullYear() + years;
  const month = korean.getUTCMonth();
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(korean.getUTCDate(), lastOfMonth);
  return new Date(Date.UTC(year, month, day, 23, 59, 59) - koreaOffsetMs);
}

export function wholeSeconds(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / 1000) * 1000);
}
