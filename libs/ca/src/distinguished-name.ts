import { nameAttributeTypes, type NameAttribute } from '#libs/der';
import { bufferDer as der } from './der.js';
import { koreanDate } from './validity.js';

const attributeTypes = {
  c: der.objectIdentifier(nameAttributeTypes.c),
  o: der.objectIdentifier(nameAttributeTypes.o),
  ou: der.objectIdentifier(nameAttributeTypes.ou),
  cn: der.objectIdentifier(nameAttributeTypes.cn),
} as const;

/** An attribute that names of this CA and its holders have; each is a relative distinguished name of its own. */
type Attribute = NameAttribute<keyof typeof attributeTypes>;

/** A distinguished name in the order of its text: the most specific attribute first. */
export type DistinguishedName = readonly Attribute[];

/**
 * DER of a name. There the order is the reverse: the country comes first.
 * @throws RangeError if a value cannot stand in a name: see {@link requireNameable}, and RFC 5280 appendix A for
 *   the length, 1 to 64 characters of each
 */
export function encodeName(name: DistinguishedName): Buffer {
  return der.sequence(...name.map(encodedAttribute).reverse());
}

const encodedAttributes = new Map<string, Buffer>();

/** All but the common name is the same for all people of one bank, and encoded once. */
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
  // RFC 5280 appendix A: a country is a PrintableString. Everything else may hold Korean.
  const encoded = type === 'c' ? der.printableString(value) : der.utf8String(value);
  return der.set(der.sequence(attributeTypes[type], encoded));
}

/** A name as text, with what RFC 4514 section 2.4 wants escaped. */
export function nameText(name: DistinguishedName): string {
  return name.map(({ type, value }) => `${type}=${escaped(value)}`).join(',');
}

function escaped(value: string): string {
  return value
    .replace(/[\\",+<>;]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

/** Upper bound of each attribute's length in characters (RFC 5280 appendix A, ub-common-name and its like). */
const attributeLimit = 64;

const charactersIn = (text: string) => [...text].length;

/** What RFC 4518 section 2 prohibits in a name, or drops when two are compared: so two names could look like one. */
const unnameable = /[\p{C}\p{Zl}\p{Zp}\uFFFD]/u;

/** What nearly all names are made of, which is found quicker. */
const plain = /^[ -~가-힣]*$/;

/** Whether a name may have all these characters. */
export const isNameable = (text: string) => plain.test(text) || !unnameable.test(text);

/**
 * Refuses text that cannot stand in a name: none at all, control and invisible characters, halves of characters.
 * @throws RangeError
 */
export function requireNameable(text: string): void {
  if (text.length === 0) throw new RangeError('a part of the name is empty');
  if (!isNameable(text)) throw new RangeError('the name has a character that no name may have');
}

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
 * A common name has 64 characters at most. What does not fit is left out, first the Latin name, then the end of
 * the name: the digits tell people apart, and the whole name stands beside the VID.
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

/** The beginning of a text, no longer than `limit` characters, and none of what people see as one letter cut in two. */
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

/** The digits of a subject written by {@link nameText}: a holder keeps them over reissue and renewal. */
export function digitsOfSubject(subject: string): string | undefined {
  return /^cn=.*\)(\d+),ou=/.exec(subject)?.[1];
}
