/** A line that is no serial number. */
export interface MalformedLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** RFC 5280 section 4.1.2.2: at most 20 octets. */
const maximumDigits = 40;
const notations = [/^(0x)?[0-9a-f]+$/, /^[0-9a-f]{1,2}(:[0-9a-f]{2})+$/];

/**
 * A serial number as it is stored, from the notations of other tools: upper or lower case, `0x` before it, octets
 * separated by colons, leading zeros.
 *
 * @returns undefined if it is none
 */
export function normaliseSerial(text: string): string | undefined {
  const given = text.trim().toLowerCase();
  if (!notations.some((notation) => notation.test(given))) return undefined;
  const digits = given.replace(/^0x/, '').replaceAll(':', '').replace(/^0+/, '');
  return digits === '' || digits.length > maximumDigits ? undefined : digits;
}

/** Reads a list with a serial number on each line; blank lines and those that begin with `#` are skipped. */
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
