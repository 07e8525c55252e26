/**
 * What people type, paste and have filled in, in the one form in which it is compared and kept. Keyboards, telephones
 * and other programs write the same thing in many ways, and none of them is a wrong answer.
 */

/** Marks of direction, zero-width characters, soft hyphens, byte order marks: seen by no one. */
const unseen = /\p{Cf}/gu;
const dashes = /[\p{Pd}\u2212\uff5e~]/gu;
const spaces = /\s+/gu;

/** Full-width and other compatible forms as the plain characters (Unicode NFKC), without what is not seen. */
const plain = (text: string): string => text.normalize('NFKC').replace(unseen, '');

/** Only what is not a separator: spaces, line breaks, dashes and dots fall away. */
const unseparated = (text: string): string =>
  plain(text).replace(dashes, '').replace(spaces, '').replaceAll('.', '');

/**
 * The digits of a number that may be written in groups, in full-width digits, and with spaces, dashes or dots.
 *
 * @returns undefined if there is anything else
 */
export function parseDigits(text: string): string | undefined {
  const digits = unseparated(text);
  return /^\d+$/.test(digits) ? digits : undefined;
}

/** One-time codes have this many digits. */
const codeLengths = { least: 4, most: 8 };

/**
 * A one-time code: its digits, or the whole message that it came in.
 *
 * @returns undefined if there is none, or more than one number that could be it
 */
export function parseOneTimeCode(text: string): string | undefined {
  const { least, most } = codeLengths;
  const digits = parseDigits(text);
  if (digits !== undefined) return digits.length >= least && digits.length <= most ? digits : undefined;
  // Telephone numbers, dates and amounts are groups of digits that something joins.
  const groups = plain(text).match(/\d+(?:[-.,:/]\d+)*/g) ?? [];
  const candidates = new Set(groups.filter((each) => new RegExp(`^\\d{${least},${most}}$`).test(each)));
  return candidates.size === 1 ? [...candidates][0] : undefined;
}

/**
 * A Korean mobile number as it is kept, digits only: `01012345678`. It may come in groups, and with the country's code
 * as telephones add it (`+82 10 …`, `+82 (0)10 …`, `0082 …`).
 *
 * @returns undefined if it is no Korean mobile number
 */
export function parseMobileNumber(text: string): string | undefined {
  const written = unseparated(text).replace(/[()/]/g, '');
  const national = written.replace(/^(?:\+|00)?82(?=0?1)/, '0').replace(/^00/, '0');
  return /^01[016789]\d{7,8}$/.test(national) ? national : undefined;
}

/**
 * The name of a person as it is compared: without regard to upper and lower case, spaces, the form of characters, and
 * the kind of apostrophe or hyphen. It is not shown or kept as a name.
 */
export function comparableName(name: string): string {
  return plain(name)
    .replace(/['\u2018\u2019\u02bc\u00b4`\u2032]/g, "'")
    .replace(dashes, '-')
    .toUpperCase() // ß and the like become what they are in capitals
    .toLowerCase()
    .normalize('NFKC')
    .replace(spaces, ' ')
    .replace(/(?<=\p{Script=Hangul}) (?=\p{Script=Hangul})/gu, '')
    .trim();
}

/**
 * A day as `YYYY-MM-DD`, from eight digits in any grouping: `20260131`, `2026.1.31`, `2026년 1월 31일`.
 *
 * @returns undefined if it has not that form; whether there is such a day is not looked at
 */
export function parseDate(text: string): string | undefined {
  const written = plain(text).replace(spaces, '').replace(dashes, '-');
  const [, year, month, day] =
    /^(\d{4})(\d{2})(\d{2})$/.exec(written) ??
    /^(\d{4})[-./년](\d{1,2})[-./월](\d{1,2})[.일]?$/.exec(written) ??
    [];
  return year && month && day && `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/**
 * Bytes in base64 or base64url, with or without padding, in one line or several, as base64url without padding.
 *
 * @returns undefined if it is neither
 */
export function parseBase64Url(text: string): string | undefined {
  const written = text.replace(unseen, '').replace(spaces, '').replaceAll('+', '-').replaceAll('/', '_');
  const [, digits] = /^([\w-]*)={0,2}$/.exec(written) ?? [];
  return digits && digits.length % 4 !== 1 ? digits : undefined;
}

/** Bytes in hexadecimal, in lower case: spaces, colons and line breaks between them fall away. */
export function parseHex(text: string): string | undefined {
  const digits = text.replace(unseen, '').replace(/[\s:]/g, '').toLowerCase();
  return /^(?:[0-9a-f]{2})+$/.test(digits) ? digits : undefined;
}
