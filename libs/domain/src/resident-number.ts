import { parseDigits } from './parse-input.js';
import { koreanDayOf } from './korean-time.js';

/** The facts that a resident registration number holds. */
export interface ResidentNumber {
  /** 13 digits: the form that is compared, sealed and hashed. */
  readonly digits: string;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  /** Whether the holder is a foreign resident. */
  readonly foreign: boolean;
  /**
   * Whether the last digit is the check digit of the others. Advisory only, because numbers assigned since October 2020
   * end in six random digits.
   */
  readonly checkDigitFits: boolean;
}

/** The century of birth by the seventh digit. 5 to 8 are foreign residents. */
const centuries: Readonly<Record<string, string>> = {
  ...{ '1': '19', '2': '19', '3': '20', '4': '20', '9': '18', '0': '18' },
  ...{ '5': '19', '6': '19', '7': '20', '8': '20' },
};

/**
 * Reads a number into thirteen digits, the one form that is kept. {@link readResidentNumber} also checks what they
 * mean.
 *
 * @returns undefined if the text does not have thirteen digits
 */
export function normaliseResidentNumber(text: string): string | undefined {
  const digits = parseDigits(text);
  return digits?.length === 13 ? digits : undefined;
}

/**
 * Reads a resident registration number (`YYMMDD-SXXXXXX`, with or without hyphen).
 *
 * @param now a later date of birth is refused
 * @returns undefined if the text has another form, or its date of birth does not exist
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
 * The check digit of the first twelve digits: 11 minus the remainder by 11 of their sum with weights 2 to 9 and 2 to 5.
 * For a foreign resident it is higher by 2.
 */
export function residentCheckDigit(first12: string): number {
  const sum = [...first12].reduce((total, digit, index) => total + Number(digit) * (2 + (index % 8)), 0);
  return (11 - (sum % 11) + ('5678'.includes(first12.charAt(6)) ? 2 : 0)) % 10;
}

/** Whether a text is a calendar day in the form YYYY-MM-DD. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
