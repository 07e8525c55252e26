/**
 * A resident registration number as it is compared, sealed and hashed: 13 digits, without the hyphen after the
 * sixth. Its check digit is not looked at, since numbers given from October 2020 on have none.
 *
 * @returns undefined if it is no such number
 */
export function normaliseResidentNumber(text: string): string | undefined {
  return /^\d{6}-?\d{7}$/.test(text) ? text.replace('-', '') : undefined;
}
