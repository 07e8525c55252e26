/** The bytes are not DER, or not the structure they were taken for. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** Tags of what this reader meets. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Context tags: of values that hold others, and of primitive ones. */
export const constructed = (number: number) => 0xa0 | number;
export const primitive = (number: number) => 0x80 | number;

/**
 * Reads values one after the other and takes nothing but DER: lengths definite and as short as can be, tags of one
 * byte (X.690 section 10.1). Whoever is done calls {@link end}, because what is left over is an error, too.
 * All methods throw {@link DerError}.
 */
export class DerReader {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
    private readonly limit = bytes.length,
  ) {}

  /** The tag of the next value; undefined if there is none. */
  get tag(): number | undefined {
    return this.at < this.limit ? this.bytes[this.at] : undefined;
  }

  /** The content of the next value, which must have this tag. */
  content(tag: number): Buffer {
    const [start, end] = this.next(tag);
    return this.bytes.subarray(start, end);
  }

  /** The next value with its tag and length. */
  whole(tag: number): Buffer {
    const from = this.at;
    const [, end] = this.next(tag);
    return this.bytes.subarray(from, end);
  }

  /** The content of the next value if it has this tag. */
  optional(tag: number): Buffer | undefined {
    return this.tag === tag ? this.content(tag) : undefined;
  }

  /** Reads what is in the next value, all of it. */
  read<T>(tag: number, read: (inner: DerReader) => T): T {
    const inner = this.inside(tag);
    const value = read(inner);
    inner.end();
    return value;
  }

  /** A reader of what is in the next value. */
  inside(tag: number): DerReader {
    const [start, end] = this.next(tag);
    return new DerReader(this.bytes, start, end);
  }

  /** Readers of all the values that are left, each of which must have this tag. */
  all(tag: number): DerReader[] {
    const readers: DerReader[] = [];
    while (this.at < this.limit) readers.push(this.inside(tag));
    return readers;
  }

  /** Goes through all that is left, into every value that holds others, which must all be DER. */
  walk(depth = 0): void {
    if (depth > 32) throw new DerError('values in values without end');
    while (this.tag !== undefined) {
      if (this.tag & 0x20) this.inside(this.tag).walk(depth + 1);
      else this.content(this.tag);
    }
  }

  /** All that is left, unread. */
  rest(): Buffer {
    const rest = this.bytes.subarray(this.at, this.limit);
    this.at = this.limit;
    return rest;
  }

  /** The two's complement bytes of an INTEGER, of which none is needless. */
  integer(): Buffer {
    const content = this.content(tags.integer);
    const [first, second] = content;
    if (first === undefined) throw new DerError('an INTEGER without content');
    if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
      throw new DerError('an INTEGER that is longer than it needs to be');
    }
    return content;
  }

  /** The bits of a BIT STRING of whole bytes. */
  bits(): Buffer {
    const content = this.content(tags.bitString);
    if (content[0] !== 0) throw new DerError('a BIT STRING that is not of whole bytes');
    return content.subarray(1);
  }

  /** An OBJECT IDENTIFIER in dotted form. */
  objectIdentifier(): string {
    const content = this.content(tags.objectIdentifier);
    const key = content.toString('latin1');
    const known = knownIdentifiers.get(key);
    if (known !== undefined) return known;
    const dotted = dottedForm(content);
    if (knownIdentifiers.size < 100) knownIdentifiers.set(key, dotted);
    return dotted;
  }

  /** Nothing is left. */
  end(): void {
    if (this.at !== this.limit) throw new DerError('something is left over');
  }

  /** Goes past the next value, and says where its content begins and ends. */
  private next(tag: number): [start: number, end: number] {
    if (this.tag !== tag) throw new DerError('another value was expected');
    if ((tag & 0x1f) === 0x1f) throw new DerError('a tag of several bytes');
    const short = this.at + 1 < this.limit ? this.bytes[this.at + 1]! : 0x80;
    let start = this.at + 2;
    let length = short;
    if (short >= 0x80) {
      const count = short & 0x7f;
      if (count === 0 || count > 4 || start + count > this.limit) throw new DerError('not a definite length');
      length = this.bytes.readUIntBE(start, count);
      if (length < 0x80 || length < 2 ** (8 * (count - 1))) {
        throw new DerError('a length that is longer than it needs to be');
      }
      start += count;
    }
    const end = start + length;
    if (end > this.limit) throw new DerError('a value that is cut off');
    this.at = end;
    return [start, end];
  }
}

/** Identifiers that were met before: the same few come again and again, and reading one takes its time. */
const knownIdentifiers = new Map<string, string>();

function dottedForm(content: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    if (arc === 0 && byte === 0x80)
      throw new DerError('an OBJECT IDENTIFIER that is longer than it needs to be');
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [joined, ...rest] = arcs;
  if (joined === undefined || content[content.length - 1]! >= 0x80 || !arcs.every(Number.isSafeInteger)) {
    throw new DerError('an OBJECT IDENTIFIER that is cut off');
  }
  const first = Math.min(Math.floor(joined / 40), 2);
  return [first, joined - first * 40, ...rest].join('.');
}
