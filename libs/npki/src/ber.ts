/** BER (X.690 section 8), which some tools use for PKCS #12: indefinite lengths and strings in pieces. */
import { concatBytes } from '@noble/hashes/utils.js';
import { constructedBit, der, FormatError, tags, type Bytes, type DerReader, type Element } from '#libs/der';
import { readerOf, readerOfSingle } from './reader.js';

/** Nesting limit; holders' files have about fifteen levels. */
const maxDepth = 40;

/** A reader of the content of the only SEQUENCE in the bytes, once it is converted to DER. @throws {FormatError} */
export function readerOfSingleBer(bytes: Uint8Array): DerReader {
  const { value, end } = definite(bytes, 0, 0);
  if (end !== bytes.length) throw new FormatError('there are bytes after the value');
  return readerOfSingle(value, tags.sequence);
}

/** The content of an OCTET STRING with the tag [0] IMPLICIT, in one or several pieces. */
export function implicitOctets({ tag, content }: Element): Bytes {
  if (tag === 0x80) return content;
  if (tag !== (0x80 | constructedBit))
    throw new FormatError('the value is not an OCTET STRING with the tag [0]');
  return concatBytes(...pieces(content));
}

function* pieces(content: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < content.length;) {
    const { value, end } = definite(content, at, 0);
    yield readerOf(value).content(tags.octetString);
    at = end;
  }
}

function definite(bytes: Uint8Array, at: number, depth: number): { value: Bytes; end: number } {
  const { tag, start, end } = header(bytes, at);
  if (depth > maxDepth) throw new FormatError('the values are nested too deeply');
  if (!(tag & constructedBit)) {
    if (end === undefined) throw new FormatError('a primitive value has an indefinite length');
    return { value: der.value(tag, bytes.subarray(start, end)), end };
  }
  const children: Bytes[] = [];
  let next = start;
  while (end === undefined ? !isEndOfContents(bytes, next) : next < end) {
    const child = definite(end === undefined ? bytes : bytes.subarray(0, end), next, depth + 1);
    children.push(child.value);
    next = child.end;
  }
  const inPieces = tag === (tags.octetString | constructedBit);
  const value = inPieces
    ? der.value(tags.octetString, ...children.map((child) => readerOf(child).content(tags.octetString)))
    : der.value(tag, ...children);
  return { value, end: end ?? next + 2 };
}

/** @returns where the content starts and ends; the end is undefined for an indefinite length */
function header(bytes: Uint8Array, at: number): { tag: number; start: number; end: number | undefined } {
  const [tag, short] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || short === undefined) throw new FormatError('a value is cut off');
  if ((tag & 0x1f) === 0x1f) throw new FormatError('a tag has several bytes');
  if (short === 0x80) return { tag, start: at + 2, end: undefined };
  const octets = short < 0x80 ? 0 : short & 0x7f;
  if (octets > 4) throw new FormatError('a length is too long');
  let length = octets === 0 ? short : 0;
  for (let index = 0; index < octets; index += 1) length = length * 256 + (bytes[at + 2 + index] ?? 0);
  const start = at + 2 + octets;
  if (start + length > bytes.length) throw new FormatError('a value is cut off');
  return { tag, start, end: start + length };
}

function isEndOfContents(bytes: Uint8Array, at: number): boolean {
  if (at + 2 > bytes.length) throw new FormatError('a value is cut off');
  return bytes[at] === 0 && bytes[at + 1] === 0;
}
