/**
 * Parsers that turn what people type, paste or autofill into the one form that is compared and kept. Keyboards,
 * telephones and other programs write the same value in many ways, and none of them is a wrong answer.
 */

/** Invisible characters: marks of direction, zero-width characters, soft hyphens, byte order marks. */
const unseen = /\p{Cf}/gu;
const dashes = /[\p{Pd}\u2212\uff5e~]/gu;
const spaces = /\s+/gu;

/** Replaces full-width and other compatible forms by plain characters (Unicode NFKC), and drops invisible ones. */
const plain = (text: string): string => text.normalize('NFKC').replace(unseen, '');

/** Drops separators: spaces, line breaks, dashes and dots. */
const unseparated = (text: string): string =>
  plain(text).replace(dashes, '').replace(spaces, '').replaceAll('.', '');

/**
 * Reads the digits of a number that may be written in groups, in full-width digits, and with spaces, dashes or dots.
 *
 * @returns undefined if the text holds anything else
 */
export function parseDigits(text: string): string | undefined {
  const digits = unseparated(text);
  return /^\d+$/.test(digits) ? digits : undefined;
}

/** How many digits a one-time code has. */
const codeLengths = { least: 4, most: 8 };

/**
 * Reads a one-time code from its digits, or from the whole message that brought it.
 *
 * @returns undefined if no number, or more than one, could be the code
 */
export function parseOneTimeCode(text: string): string | undefined {
  const { least, most } = codeLengths;
  const digits = parseDigits(text);
  if (digits !== undefined) return digits.length >= least && digits.length <= most ? digits : undefined;
  // A group joined to another by punctuation belongs to a telephone number, a date or an amount.
  const groups = plain(text).match(/\d+(?:[-.,:/]\d+)*/g) ?? [];
  const candidates = new Set(groups.filter((each) => new RegExp(`^\\d{${least},${most}}$`).test(each)));
  return candidates.size === 1 ? [...candidates][0] : undefined;
}

/**
 * Reads a Korean mobile number into the form that is kept, digits only: `01012345678`. It may be written in groups, and
 * with the country code as telephones add it (`+82 10 …`, `+82 (0)10 …`, `0082 …`).
 *
 * @returns undefined if the text is not a Korean mobile number
 */
export function parseMobileNumber(text: string): string | undefined {
  const written = unseparated(text).replace(/[()/]/g, '');
  const national = written.replace(/^(?:\+|00)?82(?=0?1)/, '0').replace(/^00/, '0');
  return /^01[016789]\d{7,8}$/.test(national) ? national : undefined;
}

/**
 * A person's name in the form that is compared: upper and lower case, spaces, forms of characters, and kinds of
 * apostrophe and hyphen make no difference. This form is never shown, nor kept as a name.
 */
export function comparableName(name: string): string {
  return plain(name)
    .replace(/['\u2018\u2019\u02bc\u00b4`\u2032]/g, "'")
    .replace(dashes, '-')
    .toUpperCase() // ß becomes SS first, as in capitals
    .toLowerCase()
    .normalize('NFKC')
    .replace(spaces, ' ')
    .replace(/(?<=\p{Script=Hangul}) (?=\p{Script=Hangul})/gu, '')
    .trim();
}

/**
 * Reads a day into `YYYY-MM-DD`, from `20260131`, `2026.1.31`, `2026년 1월 31일` and the like.
 *
 * @returns undefined if the text has another form; whether the calendar has such a day is not checked
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
 * Reads base64 or base64url, with or without padding, on one line or several, into base64url without padding.
 *
 * @returns undefined if the text is neither
 */
export function parseBase64Url(text: string): string | undefined {
  const written = text.replace(unseen, '').replace(spaces, '').replaceAll('+', '-').replaceAll('/', '_');
  const [, digits] = /^([\w-]*)={0,2}$/.exec(written) ?? [];
  return digits && digits.length % 4 !== 1 ? digits : undefined;
}

/** Reads hexadecimal bytes into lower case, without the spaces, colons and line breaks between them. */
export function parseHex(text: string): string | undefined {
  const digits = text.replace(unseen, '').replace(/[\s:]/g, '').toLowerCase();
  return /^(?:[0-9a-f]{2})+$/.test(digits) ? digits : undefined;
}
