/**
 * A resident registration number as it is compared, sealed and hashed: 13 digits, without the hyphen after the
 * sixth. Its check digit is not looked at, since numbers given from October 2020 on have none.
 *
 * @returns undefined if it is no such number
 */
export function normaliseResidentNumber(text: string): string | undefined {
  return /^\d{6}-?\d{7}$/.test(text) ? text.replace('-', '') : undefined;
}

/** Whether this is an R as clients send it: 20 bytes in hexadecimal. */
export function isVidRandom(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-fA-F]{40}$/.test(text);
}
