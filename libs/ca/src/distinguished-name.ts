import { koreanDate } from './validity.js';
import { objectIdentifier, printableString, sequence, set, utf8String } from './der.js';

const attributeTypes = { c: '2.5.4.6', o: '2.5.4.10', ou: '2.5.4.11', cn: '2.5.4.3' } as const;

/** One relative distinguished name: its short type and its value. */
export type NameAttribute = readonly [type: keyof typeof attributeTypes, value: string];

/** A distinguished name in the order in which it is written: the most specific part first. */
export type DistinguishedName = readonly NameAttribute[];

/** DER of a name. There the order is the reverse: the country comes first. */
export function encodeName(name: DistinguishedName): Buffer {
  return sequence(...name.toReversed().map(encodeAttribute));
}

function encodeAttribute([type, value]: NameAttribute): Buffer {
  // RFC 5280 appendix A: a country is a PrintableString. Everything else may hold Korean.
  const encoded = type === 'c' ? printableString(value) : utf8String(value);
  return set(sequence(objectIdentifier(attributeTypes[type]), encoded));
}

/** A name as text, with what RFC 4514 section 2.4 wants escaped. */
export function nameText(name: DistinguishedName): string {
  return name.map(([type, value]) => `${type}=${escaped(value)}`).join(',');
}

function escaped(value: string): string {
  return value
    .replace(/[\\",+<>;]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

/** Upper bound of a common name in characters (RFC 5280 appendix A, ub-common-name). */
const commonNameLimit = 64;

/** Whom a personal certificate names. */
export interface PersonalSubject {
  readonly name: string;
  /** May be empty. */
  readonly latinName: string;
  /** Tells two people of one name apart; see {@link subjectDigits}. */
  readonly digits: string;
  readonly bank: string;
  readonly organisation: string;
}

/**
 * The name pattern of bank-issued joint certificates:
 * `cn=<name>(<latin name>)<digits>,ou=<bank>,ou=personal4IB,o=<organisation>,c=kr`.
 *
 * @throws RangeError if the common name is longer than the 64 characters of X.520
 */
export function personalName(subject: PersonalSubject): DistinguishedName {
  const commonName = `${subject.name}(${subject.latinName})${subject.digits}`;
  if (commonName.length > commonNameLimit) throw new RangeError('the name is too long for a certificate');
  return [
    ['cn', commonName],
    ['ou', subject.bank],
    ['ou', 'personal4IB'],
    ['o', subject.organisation],
    ['c', 'kr'],
  ];
}

/**
 * The digits of a new subject: `0`, the three-digit bank code, a registration code, the Korean date of
 * registration, and a number of nine digits.
 */
export function subjectDigits(
  bankCode: string,
  registrationCode: string,
  date: Date,
  number: number,
): string {
  const day = koreanDate(date).replaceAll('-', '');
  return `0${bankCode}${registrationCode}${day}${String(number).padStart(9, '0')}`;
}

/** The digits of a subject written by {@link nameText}: a holder keeps them over reissue and renewal. */
export function digitsOfSubject(subject: string): string | undefined {
  return /^cn=.*\)(\d+),ou=/.exec(subject)?.[1];
}
