/** A line that is not a serial number. */
export interface MalformedLine {
  /** Line number, from 1. */
  readonly line: number;
  readonly text: string;
}

/** RFC 5280 section 4.1.2.2: at most 20 octets. */
const maximumDigits = 40;
const notations = [/^(0x)?[0-9a-f]+$/, /^[0-9a-f]{1,2}(:[0-9a-f]{2})+$/];

/**
 * A serial number in the stored form, from the notations of other tools: upper or lower case, with the prefix `0x`,
 * colons between octets, or leading zeros.
 *
 * @returns undefined if the text is not a serial number
 */
export function normaliseSerial(text: string): string | undefined {
  const given = text.trim().toLowerCase();
  if (!notations.some((notation) => notation.test(given))) return undefined;
  const digits = given.replace(/^0x/, '').replaceAll(':', '').replace(/^0+/, '');
  return digits === '' || digits.length > maximumDigits ? undefined : digits;
}

/** Parses a list with one serial number per line. Blank lines and lines that start with `#` are ignored. */
export function readSerialList(text: string): { serials: string[]; malformed: MalformedLine[] } {
  const serials = new Set<string>();
  const malformed: MalformedLine[] = [];
  text.split(/\r\n|\r|\n/).forEach((content, index) => {
    const line = content.replace(/^\uFEFF/, '').trim();
    if (line === '' || line.startsWith('#')) return;
    const serial = normaliseSerial(line);
    if (serial) serials.add(serial);
    else malformed.push({ line: index + 1, text: line });
  });
  return { serials: [...serials], malformed };
}
