import { parseDigits } from './parse-input.js';
import { koreanDayOf } from './korean-time.js';

/** What a resident registration number says of its holder. */
export interface ResidentNumber {
  /** As it is compared, sealed and hashed: 13 digits. */
  readonly digits: string;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  /** Whether it was given to a foreign resident. */
  readonly foreign: boolean;
  /**
   * Whether the last digit is the check digit of the others. Advisory only: numbers given from October 2020 on end
   * in six random digits.
   */
  readonly checkDigitFits: boolean;
}

/** By the seventh digit: the century of birth; from 5 to 8 foreign residents. */
const centuries: Readonly<Record<string, string>> = {
  ...{ '1': '19', '2': '19', '3': '20', '4': '20', '9': '18', '0': '18' },
  ...{ '5': '19', '6': '19', '7': '20', '8': '20' },
};

/**
 * Thirteen digits, without what separates them: the one form in which a number is kept. What they say is not looked at,
 * see {@link readResidentNumber}.
 *
 * @returns undefined if it is no such number
 */
export function normaliseResidentNumber(text: string): string | undefined {
  const digits = parseDigits(text);
  return digits?.length === 13 ? digits : undefined;
}

/**
 * Reads a resident registration number (`YYMMDD-SXXXXXX`, with or without hyphen) that somebody names themself by.
 *
 * @param now nobody is born later
 * @returns undefined if it cannot be anybody's: another form, or no date of birth
 */
export function readResidentNumber(text: string, now: Date): ResidentNumber | undefined {
  const digits = normaliseResidentNumber(text);
  const century = digits && centuries[digits.charAt(6)];
  if (!digits || !century) return undefined;
  const birthDate = `${century}${digits.slice(0, 2)}-${digits.slice(2, 4)}-${digits.slice(4, 6)}`;
  if (!isDate(birthDate) || birthDate > koreanDayOf(now)) return undefined;
  const foreign = '5678'.includes(digits.charAt(6));
  const checkDigitFits = residentCheckDigit(digits.slice(0, 12)) === Number(digits.charAt(12));
  return { digits, birthDate, foreign, checkDigitFits };
}

/**
 * The check digit of the first twelve digits: weights 2 to 9 and 2 to 5, 11 less the remainder by 11. That of a
 * foreign resident is higher by 2.
 */
export function residentCheckDigit(first12: string): number {
  const sum = [...first12].reduce((total, digit, index) => total + Number(digit) * (2 + (index % 8)), 0);
  return (11 - (sum % 11) + ('5678'.includes(first12.charAt(6)) ? 2 : 0)) % 10;
}

/** Whether a text is a day of the calendar, as YYYY-MM-DD. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
