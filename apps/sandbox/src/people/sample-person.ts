import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { carriers, residentCheckDigit } from '#libs/domain';
import type { Insertable } from 'kysely';
import type { SampleDocument, PersonTable } from '../database.js';
import type { Holding, PersonKind } from './person.js';

const familyNames = [...'김이박최정강조윤장임한오서신권황안송류홍'];
/** No real names: virtual, specimen, test, example, exhibit, mock, practice, demonstration, alias, trial. */
const givenNames = ['가상', '견본', '시험', '예시', '표본', '모의', '연습', '시연', '가명', '시범'];

const dayMs = 86_400_000;
/** The last number with a mobile number in the ranges 010-0xxx, which no operator uses. */
export const lastNumber = 9_999_999;

/**
 * Creates a fictional customer who cannot be a real person: an impossible name, a mobile number of an unassigned range,
 * mail at example.com (RFC 2606), a resident registration number with a wrong check digit.
 * @param number identifies the person, 1 to {@link lastNumber}.
 */
export function inventPerson(
  number: number,
  bankCode: string,
  holding: Holding,
  now: Date,
  kind: Pick<PersonKind, 'foreign' | 'renumbered'> = {},
): Omit<Insertable<PersonTable>, 'private_key' | 'random' | 'rrn_on_file' | 'certificate'> {
  if (number < 1 || number > lastNumber) throw new RangeError('there are no more sample people');
  const birth = new Date(Date.UTC(1950, 0, 1) + randomInt(20_000) * dayMs);
  const serial = number.toString().padStart(7, '0');
  return {
    person_id: randomUUID(),
    number,
    state: 'PENDING',
    name: nameOf(number),
    mobile: `0100${serial}`,
    carrier: pick(carriers),
    email: `person${serial}@people.example.com`,
    rrn: residentNumber(birth, number, kind),
    birth_date: isoDate(birth),
    document: JSON.stringify(inventDocument(birth, number, now)),
    bank_code: bankCode,
    account_number: `10000${serial}`,
    certificate_password: inventPassword(),
    ci: randomBytes(64).toString('base64'),
    created_at: now,
    ...oldValidity(holding, now),
  };
}

/** The names repeat after 200 people. The first, 김가상, is the person in the examples of the API document. */
function nameOf(number: number): string {
  const given = Math.floor((number - 1) / familyNames.length) % givenNames.length;
  return familyNames[(number - 1) % familyNames.length]! + givenNames[given]!;
}

/**
 * The validity of the old certificate: a year that ends at 23:59:59 KST, as for bank certificates. The end date is far
 * enough from each boundary that a valid certificate stays valid for a month.
 */
function oldValidity(holding: Holding, now: Date): Pick<Insertable<PersonTable>, 'not_before' | 'not_after'> {
  if (holding === 'NONE') return { not_before: null, not_after: null };
  const daysLeft = {
    VALID: () => randomInt(90, 330),
    EXPIRING: () => randomInt(3, 28),
    EXPIRED: () => -randomInt(2, 200),
  }[holding]();
  const notAfter = new Date(now.getTime() + daysLeft * dayMs);
  notAfter.setUTCHours(14, 59, 59, 0);
  const notBefore = new Date(notAfter);
  notBefore.setUTCFullYear(notAfter.getUTCFullYear() - 1);
  return { not_before: notBefore, not_after: notAfter };
}

/**
 * `YYMMDD` `S` `XXXXX` and a last digit that is not the check digit, so that no number from before October 2020 equals it.
 * Newer numbers have random digits after the `S`.
 */
function residentNumber(
  birth: Date,
  number: number,
  { foreign = false, renumbered = false }: Pick<PersonKind, 'foreign' | 'renumbered'>,
): string {
  const century = (birth.getUTCFullYear() < 2000 ? 1 : 3) + (foreign ? 4 : 0);
  const digits =
    isoDate(birth).replaceAll('-', '').slice(2) +
    String(century + (number % 2)) +
    (renumbered ? randomInt(100_000) : number % 100_000).toString().padStart(5, '0');
  return digits + ((residentCheckDigit(digits) + 1 + (Math.floor(number / 100_000) % 9)) % 10);
}

function inventDocument(birth: Date, number: number, now: Date): SampleDocument {
  const issuedOn = isoDate(new Date(now.getTime() - randomInt(100, 3_000) * dayMs));
  if (number % 2 === 0) return { type: 'RESIDENT_CARD', issuedOn };
  const year = isoDate(birth).slice(2, 4);
  return {
    type: 'DRIVING_LICENCE',
    number: `00-${year}-${(number % 1_000_000).toString().padStart(6, '0')}-00`,
    issuedOn,
  };
}

/** A password that satisfies the rules for certificate passwords and is easy to type. */
function inventPassword(): string {
  const letters = (count: number) =>
    Array.from({ length: count }, () => pick([...'abcdefghkmnpqrstuvwxyz'])).join('');
  return `${letters(5)}-${randomInt(10_000, 100_000)}-${letters(3).toUpperCase()}`;
}

function pick<T>(choices: readonly T[]): T {
  return choices[randomInt(choices.length)]!;
}

function isoDate(date: Date): string {
  return date.toISOString().slice(0, 10);
}
