import { FormatError } from './format-error.js';
import { constructedBit, tags, type Bytes } from './tags.js';

/**
 * Which lengths a reader accepts: DER has the shortest form only (X.690 section 10.1); some programs write key files
 * with longer ones. An indefinite length is never accepted.
 */
export type LengthRule = 'shortest' | 'definite';

/** One value of any type. */
export interface Element<B extends Uint8Array = Bytes> {
  readonly tag: number;
  readonly content: B;
  /** Tag, length and content. */
  readonly encoded: B;
}

/** More nesting than any certificate or key has: a hostile input must not exhaust the stack. */
const deepestNesting = 32;

/**
 * Reads DER values (X.690 section 10) in their order. Call {@link end} after the last one, because bytes that are left
 * over are an error too. Results are views of the input and of its type: a Buffer gives Buffers.
 *
 * All methods throw {@link FormatError} if the input is not what they read.
 */
export class DerReader<B extends Uint8Array = Bytes> {
  constructor(
    private readonly bytes: B,
    private readonly lengths: LengthRule = 'shortest',
    private at = 0,
    private readonly limit = bytes.length,
  ) {}

  /** A reader of the content of the only value in the bytes. */
  static ofSingle<B extends Uint8Array>(bytes: B, tag: number, lengths?: LengthRule): DerReader<B> {
    const outer = new DerReader(bytes, lengths);
    const inner = outer.inside(tag);
    outer.end();
    return inner;
  }

  /** The tag of the next value; undefined after the last one. */
  get tag(): number | undefined {
    return this.at < this.limit ? this.bytes[this.at] : undefined;
  }

  /** Whether all values were read. */
  get done(): boolean {
    return this.at === this.limit;
  }

  /** The content of the next value, which must have this tag. */
  content(tag: number): B {
    const start = this.next(tag);
    return this.view(start, this.at);
  }

  /** The next value with its tag and length. */
  whole(tag: number): B {
    const from = this.at;
    this.next(tag);
    return this.view(from, this.at);
  }

  /** The content of the next value if it has this tag. */
  optional(tag: number): B | undefined {
    return this.tag === tag ? this.content(tag) : undefined;
  }

  /** The next value: of this tag, or of any tag if none is given. */
  element(tag = this.tag): Element<B> {
    if (tag === undefined) throw new FormatError('a value is missing');
    const from = this.at;
    const start = this.next(tag);
    return { tag, content: this.view(start, this.at), encoded: this.view(from, this.at) };
  }

  /** All values that are left. */
  *elements(): Generator<Element<B>> {
    while (!this.done) yield this.element();
  }

  /** Reads the content of the next value to its end. */
  read<T>(tag: number, read: (inner: DerReader<B>) => T): T {
    const inner = this.inside(tag);
    const value = read(inner);
    inner.end();
    return value;
  }

  /** A reader of the content of the next value. */
  inside(tag: number): DerReader<B> {
    const start = this.next(tag);
    return new DerReader(this.bytes, this.lengths, start, this.at);
  }

  /** Readers of the contents of all values that are left, each of which must have this tag. */
  all(tag: number): DerReader<B>[] {
    const readers: DerReader<B>[] = [];
    while (!this.done) readers.push(this.inside(tag));
    return readers;
  }

  /** Checks that all values that are left are DER, and the values within them. */
  walk(depth = 0): void {
    if (depth > deepestNesting) throw new FormatError('the values are nested too deeply');
    while (this.tag !== undefined) {
      if (this.tag & constructedBit) this.inside(this.tag).walk(depth + 1);
      else this.next(this.tag);
    }
  }

  /** All bytes that are left, as they are. */
  remaining(): B {
    const from = this.at;
    this.at = this.limit;
    return this.view(from, this.limit);
  }

  /** The two's complement bytes of an INTEGER in its shortest form. */
  integer(): B {
    const content = this.content(tags.integer);
    const [first, second] = content;
    if (first === undefined) throw new FormatError('an INTEGER has no content');
    if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
      throw new FormatError('an INTEGER is longer than necessary');
    }
    return content;
  }

  /** An INTEGER from 0 to 2^31 - 1; needless leading zeros are accepted. */
  smallInteger(): number {
    const content = this.content(tags.integer);
    if (content.length === 0 || content.length > 5 || content[0]! & 0x80)
      throw new FormatError('an INTEGER is negative or too large');
    const value = content.reduce((sum, byte) => sum * 256 + byte, 0);
    if (value > 0x7f_ff_ff_ff) throw new FormatError('an INTEGER is too large');
    return value;
  }

  /** The bytes of a BIT STRING without unused bits. */
  bits(): B {
    const content = this.content(tags.bitString);
    if (content[0] !== 0) throw new FormatError('a BIT STRING does not consist of whole bytes');
    return content.subarray(1) as B;
  }

  /** An OBJECT IDENTIFIER in dotted form. */
  objectIdentifier(): string {
    return dottedForm(this.content(tags.objectIdentifier));
  }

  /** The text of a UTF8String, PrintableString, IA5String, TeletexString (read as Latin-1, as is customary) or BMPString. */
  text(): string {
    const { tag, content } = this.element();
    try {
      if (tag === tags.utf8String) return new TextDecoder('utf-8', { fatal: true }).decode(content);
      if (tag === tags.bmpString) return new TextDecoder('utf-16be', { fatal: true }).decode(content);
    } catch {
      throw new FormatError('a string is not valid text');
    }
    if (tag === tags.printableString || tag === tags.ia5String || tag === tags.teletexString)
      return latin1(content);
    throw new FormatError('a value is not a string');
  }

  /** Checks that nothing is left. */
  end(): void {
    if (this.at !== this.limit) throw new FormatError('there are bytes after the last value');
  }

  private view(start: number, end: number): B {
    return this.bytes.subarray(start, end) as B;
  }

  /** Moves behind the next value. @returns where its content starts; it ends at the new place of the reader */
  private next(tag: number): number {
    if (this.tag !== tag) throw new FormatError('a value does not have the expected tag');
    if ((tag & 0x1f) === 0x1f) throw new FormatError('a tag has several bytes');
    const short = this.at + 1 < this.limit ? this.bytes[this.at + 1]! : 0x80;
    let start = this.at + 2;
    let length = short;
    if (short >= 0x80) {
      const count = short & 0x7f;
      if (count === 0 || count > 4 || start + count > this.limit)
        throw new FormatError('a length is indefinite, too long or cut off');
      length = 0;
      for (const end = start + count; start < end; start += 1) length = length * 256 + this.bytes[start]!;
      if (this.lengths === 'shortest' && (length < 0x80 || length < 2 ** (8 * (count - 1))))
        throw new FormatError('a length is longer than necessary');
    }
    if (start + length > this.limit) throw new FormatError('a value is cut off');
    this.at = start + length;
    return start;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The same few identifiers occur again and again, and decoding one is slow. Bounded, because inputs are hostile. */
const decodedIdentifiers = new Map<string, string>();

function dottedForm(content: Uint8Array): string {
  const key = latin1(content);
  const known = decodedIdentifiers.get(key);
  if (known !== undefined) return known;
  const dotted = decodeIdentifier(content);
  if (decodedIdentifiers.size < 100) decodedIdentifiers.set(key, dotted);
  return dotted;
}

function decodeIdentifier(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    if (arc === 0 && byte === 0x80) throw new FormatError('an OBJECT IDENTIFIER is longer than necessary');
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [joined, ...rest] = arcs;
  if (joined === undefined || content[content.length - 1]! >= 0x80 || !arcs.every(Number.isSafeInteger)) {
    throw new FormatError('an OBJECT IDENTIFIER is cut off');
  }
  const first = Math.min(Math.floor(joined / 40), 2);
  return [first, joined - first * 40, ...rest].join('.');
}
