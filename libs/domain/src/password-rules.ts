import { keystrokesOf } from './keystrokes.js';

/** The rules a newly set certificate password obeys (in force in the NPKI since 2014-09-22), and the bank's own. */
export const passwordRules = {
  version: '2026-11',
  minimumLength: 10,
  maximumLength: 64,
  forbiddenCharacters: ["'", '"', '\\', '|'],
} as const;

/** What the password alone tells. */
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

/** What others can know of a person, and try first. */
export interface PersonalFacts {
  readonly name: string;
  /** `YYYY-MM-DD`; absent where it is not known. */
  readonly birthDate?: string;
  /** Mobile, account and resident registration number: digits only. */
  readonly numbers: readonly string[];
}

/** So many digits in a row of one of the person's numbers are taken for that number. */
export const matchedNumberDigits = 6;

/** The shortest part of a name, as typed, that is looked for: shorter ones stand in passwords by chance. */
const shortestName = 4;

/**
 * The rules that `password` breaks by its form; none when it may be set as far as that goes. Printable ASCII only:
 * other tools read bytes.
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

/** The rules that `password` breaks by what it says of its owner. */
export function brokenPersonalRules(password: string, facts: PersonalFacts): PasswordRuleCode[] {
  const broken: PasswordRuleCode[] = [];
  const typed = password.toLowerCase();
  if (namesAsTyped(facts.name).some((name) => typed.includes(name))) broken.push('CONTAINS_NAME');
  // As people write dates and numbers: with separators, which tell nothing apart.
  const digits = password.replace(/[-./_]/g, '');
  if (facts.birthDate && datesAsWritten(facts.birthDate).some((date) => digits.includes(date)))
    broken.push('CONTAINS_BIRTH_DATE');
  if (facts.numbers.some((number) => sharesDigits(digits, number))) broken.push('CONTAINS_NUMBER');
  return broken;
}

/** A name in Latin letters or typed as in Korean: whole, and its parts. */
function namesAsTyped(name: string): string[] {
  const parts = name.split(/\s+/);
  const hangul = /^\p{Script=Hangul}{2,}$/u;
  const given = parts.flatMap((part) => (hangul.test(part) ? [[...part].slice(1).join('')] : []));
  return [parts.join(''), ...parts, ...given]
    .map((part) => keystrokesOf(part).toLowerCase())
    .filter((part) => part.length >= shortestName);
}

/** Day first, month first and year first, with all four digits of the year and with two. */
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
