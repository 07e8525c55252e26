/** Textual encodings of DER (RFC 7468), read as leniently as its section 2 allows. */
import { type Bytes, NpkiFormatError, tags } from './der.js';

interface PemBlock {
  /** Between `BEGIN` and the dashes, e.g. `CERTIFICATE`. */
  readonly label: string;
  readonly der: Bytes;
}

const begin = '-----BEGIN ';
const dashes = '-----';

/**
 * The blocks of a text in their order. What stands before, between and behind them is passed over: explanations,
 * comments, what `openssl -text` prints. Lines may end and be indented in any way.
 *
 * @throws NpkiFormatError if a block holds anything but base64
 */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at)) {
    const labelAt = at + begin.length;
    const labelEnd = text.indexOf(dashes, labelAt);
    const label = text.slice(labelAt, labelEnd);
    const end = `-----END ${label}-----`;
    const bodyEnd = labelEnd < 0 ? -1 : text.indexOf(end, labelEnd);
    if (bodyEnd < 0) break; // cut off
    blocks.push({ label, der: bytesOfBase64(text.slice(labelEnd + dashes.length, bodyEnd)) });
    at = bodyEnd + end.length;
  }
  return blocks;
}

/** DER as one block, in lines of 64 characters, with its line end. */
export function pemOf(label: string, der: Uint8Array): string {
  const base64 = btoa(Array.from(der, (octet) => String.fromCharCode(octet)).join(''));
  return `-----BEGIN ${label}-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}

/**
 * A file that is DER, PEM with one block of these labels, or the base64 alone. Text may be UTF-8 or UTF-16, with or
 * without a byte order mark, as editors and shells save it.
 *
 * @throws NpkiFormatError if it is none of them, or there is more than one such block
 */
export function derOfFile(file: Uint8Array, labels: readonly string[]): Bytes {
  if (file[0] === tags.sequence && file[1] !== 0) return Uint8Array.from(file);
  return derOfText(textOfFile(file), labels);
}

/** {@link derOfFile} of what is text already. */
export function derOfText(text: string, labels: readonly string[]): Bytes {
  if (!text.includes(begin)) return bytesOfBase64(text);
  const [only, ...more] = pemBlocks(text).filter(({ label }) => labels.includes(label));
  if (!only) throw new NpkiFormatError(`no ${labels.join(' or ')} in it`);
  if (more.length > 0) throw new NpkiFormatError(`more than one ${labels.join(' or ')} in it`);
  return only.der;
}

/** The text of a file in UTF-8, or in UTF-16 where its byte order mark says so. */
export function textOfFile(file: Uint8Array): string {
  const [first, second] = file;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(file);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(file);
  return new TextDecoder('utf-8').decode(file);
}

/** @throws NpkiFormatError if it is none, or nothing */
function bytesOfBase64(text: string): Bytes {
  const digits = text.replace(/[\s\p{Cf}]/gu, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(digits)) throw new NpkiFormatError('not base64');
  try {
    return Uint8Array.from(atob(digits), (character) => character.charCodeAt(0));
  } catch {
    throw new NpkiFormatError('not base64');
  }
}
