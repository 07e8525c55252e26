/** DER (X.690 section 10) in plain bytes: values in, bytes out, and a strict reader. It runs in a browser, too. */
import { concatBytes } from '@noble/hashes/utils.js';

export type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes are not the structure they were taken for: cut off, damaged, or something else. */
export class NpkiFormatError extends Error {
  override readonly name = 'NpkiFormatError';
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of a context-specific value that holds others; of a primitive one it is 0x80 | number. */
export const contextTag = (number: number) => 0xa0 | number;

export function tlv(tag: number, ...contents: readonly Uint8Array[]): Bytes {
  const content = concatBytes(...contents);
  return concatBytes(Uint8Array.of(tag, ...lengthOctets(content.length)), content);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  return [0x80 | octets.length, ...octets];
}

const text = new TextEncoder();

export const sequence = (...items: readonly Uint8Array[]) => tlv(tags.sequence, ...items);
export const set = (...items: readonly Uint8Array[]) => tlv(tags.set, ...items);
export const octetString = (bytes: Uint8Array) => tlv(tags.octetString, bytes);
export const bitString = (bytes: Uint8Array) => tlv(tags.bitString, Uint8Array.of(0), bytes);
export const utf8String = (value: string) => tlv(tags.utf8String, text.encode(value));
export const printableString = (value: string) => tlv(tags.printableString, text.encode(value));
export const nullValue = () => tlv(tags.null);
/** Context tag around whole values, or in place of a constructed value's own. */
export const context = (number: number, ...items: readonly Uint8Array[]) => tlv(contextTag(number), ...items);
/** Context tag in place of a primitive value's own. */
export const contextPrimitive = (number: number, content: Uint8Array) => tlv(0x80 | number, content);

/** An INTEGER that is not negative and below 2^31. */
export function integer(value: number): Bytes {
  const octets: number[] = [];
  for (let left = value; left > 0; left >>= 8) octets.unshift(left & 0xff);
  if (octets.length === 0 || octets[0]! & 0x80) octets.unshift(0);
  return tlv(tags.integer, Uint8Array.from(octets));
}

/** An INTEGER that is not negative, of big-endian octets. */
export function unsignedInteger(octets: Uint8Array): Bytes {
  const first = octets.findIndex((octet) => octet !== 0);
  const value = first < 0 ? Uint8Array.of(0) : octets.subarray(first);
  return value[0]! < 0x80 ? tlv(tags.integer, value) : tlv(tags.integer, Uint8Array.of(0), value);
}

export function objectIdentifier(dotted: string): Bytes {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tlv(tags.objectIdentifier, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const octets = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
    octets.unshift(0x80 | (left % 128));
  return octets;
}

/** One value as it was read. */
export interface Element {
  readonly tag: number;
  readonly content: Bytes;
  /** Tag, length and content. */
  readonly encoded: Bytes;
}

/** The one value that the bytes are. @throws NpkiFormatError if they are cut off, or something follows */
export function readOne(bytes: Uint8Array, tag: number): Element {
  const { element, end } = readAt(Uint8Array.from(bytes), 0);
  if (end !== bytes.length) throw new NpkiFormatError('something follows the value');
  return expect(element, tag);
}

/** Values one after the other, which the reader takes in order. */
export class DerReader {
  #at = 0;

  constructor(private readonly bytes: Bytes) {}

  /** Reads what is inside of a value. */
  static of(element: Element): DerReader {
    return new DerReader(element.content);
  }

  get done(): boolean {
    return this.#at === this.bytes.length;
  }

  /** The next value. @throws NpkiFormatError if there is none, or it has another tag */
  next(tag?: number): Element {
    const { element, end } = readAt(this.bytes, this.#at);
    if (tag !== undefined) expect(element, tag);
    this.#at = end;
    return element;
  }

  /** The next value if it has this tag. */
  nextIf(tag: number): Element | undefined {
    return this.bytes[this.#at] === tag ? this.next() : undefined;
  }

  /** All that are left. */
  *rest(): Generator<Element> {
    while (!this.done) yield this.next();
  }

  /** @throws NpkiFormatError if there is more */
  end(): void {
    if (!this.done) throw new NpkiFormatError('there is more than belongs there');
  }
}

/** The values inside of a SEQUENCE or SET that is next. */
export const inside = (reader: DerReader, tag: number = tags.sequence) => DerReader.of(reader.next(tag));

function expect(element: Element, tag: number): Element {
  if (element.tag !== tag) throw new NpkiFormatError(`tag ${element.tag} where ${tag} belongs`);
  return element;
}

/** Definite lengths of at most four octets and single-octet tags are all there is in what we read. */
function readAt(bytes: Bytes, at: number): { element: Element; end: number } {
  const [tag, short] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || short === undefined) throw new NpkiFormatError('cut off');
  const lengthOctets = short < 0x80 ? 0 : short & 0x7f;
  if (short === 0x80 || lengthOctets > 4 || (tag & 0x1f) === 0x1f) throw new NpkiFormatError('not DER');
  let length = lengthOctets === 0 ? short : 0;
  for (let index = 0; index < lengthOctets; index += 1) length = length * 256 + (bytes[at + 2 + index] ?? 0);
  const start = at + 2 + lengthOctets;
  const end = start + length;
  if (end > bytes.length) throw new NpkiFormatError('cut off');
  const element = { tag, content: bytes.subarray(start, end), encoded: bytes.subarray(at, end) };
  return { element, end };
}

/** The dotted form of an OBJECT IDENTIFIER. */
export function readObjectIdentifier({ tag, content }: Element): string {
  if (tag !== tags.objectIdentifier || content.length === 0 || content.at(-1)! & 0x80)
    throw new NpkiFormatError('not an object identifier');
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of content) {
    arc = arc * 128 + (octet & 0x7f);
    if (octet & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const joint = arcs.shift()!;
  const first = Math.min(2, Math.floor(joint / 40));
  return [first, joint - first * 40, ...arcs].join('.');
}

/** An INTEGER from 0 to 2^31 - 1. */
export function readInteger({ tag, content }: Element): number {
  if (tag !== tags.integer || content.length === 0 || content.length > 5 || content[0]! & 0x80)
    throw new NpkiFormatError('not a small number');
  const value = content.reduce((sum, octet) => sum * 256 + octet, 0);
  if (value > 0x7f_ff_ff_ff) throw new NpkiFormatError('not a small number');
  return value;
}

/** The octets of a BIT STRING that has no unused bits. */
export function readBitString({ tag, content }: Element): Bytes {
  if (tag !== tags.bitString || content[0] !== 0) throw new NpkiFormatError('not a string of whole octets');
  return content.subarray(1);
}

/** The text of a UTF8String, PrintableString, IA5String, TeletexString (as Latin-1, as everybody does) or BMPString. */
export function readText({ tag, content }: Element): string {
  try {
    if (tag === tags.utf8String) return new TextDecoder('utf-8', { fatal: true }).decode(content);
    if (tag === tags.bmpString) return new TextDecoder('utf-16be', { fatal: true }).decode(content);
  } catch {
    throw new NpkiFormatError('not text');
  }
  if (tag === tags.printableString || tag === tags.ia5String || tag === tags.teletexString)
    return Array.from(content, (octet) => String.fromCharCode(octet)).join('');
  throw new NpkiFormatError('not text');
}
