/** Textual encodings of DER (RFC 7468), read with the tolerance that its section 2 allows. */
import { FormatError } from './format-error.js';
import { tags, type Bytes } from './tags.js';

interface PemBlock {
  /** The text between `BEGIN` and the dashes, e.g. `CERTIFICATE`. */
  readonly label: string;
  readonly der: Bytes;
}

const begin = '-----BEGIN ';
const dashes = '-----';

/**
 * The blocks of a text in their order. Text before, between and after them is ignored: explanations, comments, the
 * output of `openssl -text`. Any line ends and indentation are accepted.
 *
 * @throws {FormatError} if a block contains anything but base64
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

/** DER as one block, in lines of 64 characters, with a final line end. */
export function pemOf(der: Uint8Array, label = 'CERTIFICATE'): string {
  const base64 = btoa(Array.from(der, (octet) => String.fromCharCode(octet)).join(''));
  return `-----BEGIN ${label}-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}

/**
 * The DER in a file: DER itself, PEM with one block of these labels, or base64 alone. Text may be UTF-8 or UTF-16, with
 * or without a byte order mark, because editors and shells save all of these.
 *
 * @throws {FormatError} if the file is none of them, or has several such blocks
 */
export function derOfFile(file: Uint8Array, labels: readonly string[]): Bytes {
  if (file[0] === tags.sequence && file[1] !== 0) return Uint8Array.from(file);
  return derOfText(textOfFile(file), labels);
}

/** {@link derOfFile} for text that is decoded already. */
export function derOfText(text: string, labels: readonly string[]): Bytes {
  if (!text.includes(begin)) return bytesOfBase64(text);
  const [only, ...more] = pemBlocks(text).filter(({ label }) => labels.includes(label));
  if (!only) throw new FormatError(`the text has no ${labels.join(' or ')}`);
  if (more.length > 0) throw new FormatError(`the text has more than one ${labels.join(' or ')}`);
  return only.der;
}

/** The text of a file: UTF-16 if a byte order mark says so, otherwise UTF-8. */
export function textOfFile(file: Uint8Array): string {
  const [first, second] = file;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(file);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(file);
  return new TextDecoder('utf-8').decode(file);
}

/** @throws {FormatError} if the text is empty or not base64 */
function bytesOfBase64(text: string): Bytes {
  const digits = text.replace(/[\s\p{Cf}]/gu, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(digits)) throw new FormatError('not base64');
  return octetsOf(decoded(digits));
}

function decoded(digits: string): string {
  try {
    return atob(digits);
  } catch {
    throw new FormatError('not base64');
  }
}

/** In a loop, because `Uint8Array.from` with a function takes ten times as long. */
function octetsOf(text: string): Bytes {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) octets[at] = text.charCodeAt(at);
  return octets;
}
