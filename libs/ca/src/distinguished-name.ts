import { nameAttributeTypes, type NameAttribute } from '#libs/der';
import { bufferDer as der } from './der.js';
import { koreanDate } from './validity.js';

const attributeTypes = {
  c: der.objectIdentifier(nameAttributeTypes.c),
  o: der.objectIdentifier(nameAttributeTypes.o),
  ou: der.objectIdentifier(nameAttributeTypes.ou),
  cn: der.objectIdentifier(nameAttributeTypes.cn),
} as const;

/** An attribute that names of this CA and its holders have; each is its own relative distinguished name. */
type Attribute = NameAttribute<keyof typeof attributeTypes>;

/** A distinguished name in the order of its text: the most specific attribute first. */
export type DistinguishedName = readonly Attribute[];

/**
 * DER of a name, in reverse order: the country comes first.
 * @throws RangeError if a value is not allowed in a name: see {@link requireNameable}; RFC 5280 appendix A limits each
 *   value to 1 to 64 characters
 */
export function encodeName(name: DistinguishedName): Buffer {
  return der.sequence(...name.map(encodedAttribute).reverse());
}

const encodedAttributes = new Map<string, Buffer>();

/** All attributes except the common name are the same for all customers of a bank, and are encoded once. */
function encodedAttribute(attribute: Attribute): Buffer {
  if (attribute.type === 'cn') return encodeAttribute(attribute);
  const key = `${attribute.type}=${attribute.value}`;
  const kept = encodedAttributes.get(key);
  if (kept) return kept;
  if (encodedAttributes.size >= 100) encodedAttributes.clear();
  const encoded = encodeAttribute(attribute);
  encodedAttributes.set(key, encoded);
  return encoded;
}

function encodeAttribute({ type, value }: Attribute): Buffer {
  requireNameable(value);
  if (value.length > attributeLimit && charactersIn(value) > attributeLimit) {
    throw new RangeError('a part of the name is too long for a certificate');
  }
  // RFC 5280 appendix A: a country is a PrintableString. All other values may be Korean.
  const encoded = type === 'c' ? der.printableString(value) : der.utf8String(value);
  return der.set(der.sequence(attributeTypes[type], encoded));
}

/** A name as text, escaped as RFC 4514 section 2.4 requires. */
export function nameText(name: DistinguishedName): string {
  return name.map(({ type, value }) => `${type}=${escaped(value)}`).join(',');
}

function escaped(value: string): string {
  return value
    .replace(/[\\",+<>;]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

/** Upper bound of each attribute's length in characters (RFC 5280 appendix A, ub-common-name and the like). */
const attributeLimit = 64;

const charactersIn = (text: string) => [...text].length;

/** Characters that RFC 4518 section 2 prohibits, or ignores in comparisons: two names could look equal. */
const unnameable = /[\p{C}\p{Zl}\p{Zp}\uFFFD]/u;

/** Characters of nearly all names; this check is faster. */
const plain = /^[ -~가-힣]*$/;

/** Whether all characters of the text are allowed in a name. */
export const isNameable = (text: string) => plain.test(text) || !unnameable.test(text);

/**
 * Checks that a text is allowed in a name: not empty, without control and invisible characters and lone surrogates.
 * @throws RangeError
 */
export function requireNameable(text: string): void {
  if (text.length === 0) throw new RangeError('a part of the name is empty');
  if (!isNameable(text)) throw new RangeError('the name has a character that is not allowed in names');
}

/** The subject of a personal certificate. */
export interface PersonalSubject {
  readonly name: string;
  /** May be empty. */
  readonly latinName: string;
  /** Distinguishes two people with the same name; see {@link subjectDigits}. */
  readonly digits: string;
  readonly bank: string;
  readonly organisation: string;
}

/**
 * The name pattern of bank-issued joint certificates:
 * `cn=<name>(<latin name>)<digits>,ou=<bank>,ou=personal4IB,o=<organisation>,c=kr`.
 *
 * A common name has at most 64 characters. If it is too long, the Latin name is omitted, then the end of the name: the
 * digits distinguish people, and identifyData contains the whole name with the VID.
 */
export function personalName({
  name,
  latinName,
  digits,
  bank,
  organisation,
}: PersonalSubject): DistinguishedName {
  const room = attributeLimit - digits.length - '()'.length;
  const shortName = cut(name.normalize('NFC'), room);
  const latin = charactersIn(shortName) + charactersIn(latinName) <= room ? latinName : '';
  return [
    { type: 'cn', value: `${shortName}(${latin})${digits}` },
    { type: 'ou', value: bank },
    { type: 'ou', value: 'personal4IB' },
    { type: 'o', value: organisation },
    { type: 'c', value: 'kr' },
  ];
}

/** The beginning of a text, at most `limit` characters; a grapheme is never cut in two. */
function cut(text: string, limit: number): string {
  if (charactersIn(text) <= limit) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter('ko').segment(text)) {
    if (charactersIn(kept) + charactersIn(segment) > limit) break;
    kept += segment;
  }
  return kept;
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

/** The digits in a subject written by {@link nameText}: a holder keeps them after a reissue or renewal. */
export function digitsOfSubject(subject: string): string | undefined {
  return /^cn=.*\)(\d+),ou=/.exec(subject)?.[1];
}
