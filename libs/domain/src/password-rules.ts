import { keystrokesOf } from './keystrokes.js';

/** The rules for a new certificate password: those of the NPKI since 2014-09-22, and the bank's own. */
export const passwordRules = {
  version: '2026-11',
  minimumLength: 10,
  maximumLength: 64,
  forbiddenCharacters: ["'", '"', '\\', '|'],
} as const;

/** The rules that need only the password. */
const formatRules = [
  'TOO_SHORT',
  'TOO_LONG',
  'NEEDS_LETTER',
  'NEEDS_DIGIT',
  'NEEDS_SPECIAL',
  'FORBIDDEN_CHARACTER',
  'UNPRINTABLE_CHARACTER',
] as const;

export const passwordRuleCodes = [
  ...formatRules,
  'CONTAINS_NAME',
  'CONTAINS_BIRTH_DATE',
  'CONTAINS_NUMBER',
  'TOO_COMMON',
  'RECENTLY_USED',
] as const;
export type PasswordRuleCode = (typeof passwordRuleCodes)[number];

/** Facts about a person that others can know and would try first. */
export interface PersonalFacts {
  readonly name: string;
  /** `YYYY-MM-DD`; absent if it is not known. */
  readonly birthDate?: string;
  /** Mobile, account and resident registration number: digits only. */
  readonly numbers: readonly string[];
}

/** How many digits in a row count as one of the person's numbers. */
export const matchedNumberDigits = 6;

/** The length of the shortest part of a name to search for. Shorter parts occur in passwords by chance. */
const shortestName = 4;

/**
 * The rules of form that `password` breaks. A password is printable ASCII only, because other tools read it as bytes.
 */
export function brokenPasswordRules(password: string): PasswordRuleCode[] {
  const broken: PasswordRuleCode[] = [];
  if (password.length < passwordRules.minimumLength) broken.push('TOO_SHORT');
  if (password.length > passwordRules.maximumLength) broken.push('TOO_LONG');
  if (!/[A-Za-z]/.test(password)) broken.push('NEEDS_LETTER');
  if (!/[0-9]/.test(password)) broken.push('NEEDS_DIGIT');
  if (!/[^A-Za-z0-9]/.test(password)) broken.push('NEEDS_SPECIAL');
  if (/['"\\|]/.test(password)) broken.push('FORBIDDEN_CHARACTER');
  if (/[^\x21-\x7e]/.test(password)) broken.push('UNPRINTABLE_CHARACTER');
  return broken;
}

/** The rules that `password` breaks by containing facts about its owner. */
export function brokenPersonalRules(password: string, facts: PersonalFacts): PasswordRuleCode[] {
  const broken: PasswordRuleCode[] = [];
  const typed = password.toLowerCase();
  if (namesAsTyped(facts.name).some((name) => typed.includes(name))) broken.push('CONTAINS_NAME');
  // Dates and numbers may be written with separators.
  const digits = password.replace(/[-./_]/g, '');
  if (facts.birthDate && datesAsWritten(facts.birthDate).some((date) => digits.includes(date)))
    broken.push('CONTAINS_BIRTH_DATE');
  if (facts.numbers.some((number) => sharesDigits(digits, number))) broken.push('CONTAINS_NUMBER');
  return broken;
}

/** A name and its parts as Latin letters, or as the keystrokes of Korean. */
function namesAsTyped(name: string): string[] {
  const parts = name.split(/\s+/);
  const hangul = /^\p{Script=Hangul}{2,}$/u;
  const given = parts.flatMap((part) => (hangul.test(part) ? [[...part].slice(1).join('')] : []));
  return [parts.join(''), ...parts, ...given]
    .map((part) => keystrokesOf(part).toLowerCase())
    .filter((part) => part.length >= shortestName);
}

/** A date with the year, the month or the day first, and with four or two digits of the year. */
function datesAsWritten(date: string): string[] {
  const [year = '', month = '', day = ''] = date.split('-');
  return [year, year.slice(2)].flatMap((years) => [
    years + month + day,
    month + day + years,
    day + month + years,
  ]);
}

function sharesDigits(digits: string, number: string): boolean {
  return Array.from({ length: Math.max(0, number.length - matchedNumberDigits + 1) }, (_, from) =>
    number.slice(from, from + matchedNumberDigits),
  ).some((part) => digits.includes(part));
}

/** How many wrong passwords lock the certificate. */
export const passwordAttempts = 5;
