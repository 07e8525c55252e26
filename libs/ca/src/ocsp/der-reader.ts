/** Bytes that are not DER, or not the structure that was wanted. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

export const tags = {
  integer: 0x02,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  boolean: 0x01,
  bitString: 0x03,
  explicit: (number: number) => 0xa0 | number,
} as const;

/**
 * Reads DER values one after the other (X.690 section 10): lengths are definite and as short as can be, and nothing
 * lies outside of what holds it. Reads bytes of anyone; never looks beyond their end.
 */
export class DerReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** Whether there is nothing more. */
  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  /** Whether the next value has this tag. */
  nextIs(tag: number): boolean {
    return this.bytes[this.at] === tag;
  }

  /** @throws {DerError} if there is something more */
  end(): void {
    if (!this.ended) throw new DerError('there is something behind the last value');
  }

  /** The content of the next value. @throws {DerError} if it has another tag or is broken */
  content(tag: number): Buffer {
    return this.next(tag).content;
  }

  /** The content of the next value if it has this tag. */
  optional(tag: number): Buffer | undefined {
    return this.nextIs(tag) ? this.content(tag) : undefined;
  }

  /** Reads what the next value holds, all of it. */
  inside<T>(tag: number, read: (inner: DerReader) => T): T {
    const inner = new DerReader(this.content(tag));
    const value = read(inner);
    inner.end();
    return value;
  }

  /** Reads the items of a SEQUENCE OF. */
  list<T>(read: (inner: DerReader) => T): T[] {
    return this.inside(tags.sequence, (inner) => {
      const items: T[] = [];
      while (!inner.ended) items.push(read(inner));
      return items;
    });
  }

  /** The bytes of the next value with tag and length, as they came. */
  raw(tag: number): Buffer {
    const start = this.at;
    this.next(tag);
    return this.bytes.subarray(start, this.at);
  }

  private next(tag: number): { content: Buffer } {
    const { bytes, at } = this;
    if (bytes[at] !== tag) throw new DerError(`a value with tag ${tag} is missing`);
    const { length, start } = this.length(at + 1);
    const end = start + length;
    if (end > bytes.length) throw new DerError('a value is cut off');
    this.at = end;
    return { content: bytes.subarray(start, end) };
  }

  private length(at: number): { length: number; start: number } {
    const first = this.bytes[at];
    if (first === undefined) throw new DerError('a length is missing');
    if (first < 0x80) return { length: first, start: at + 1 };
    const octets = first & 0x7f;
    const start = at + 1 + octets;
    // Four octets count four gigabytes, which nobody gets to send.
    if (octets === 0 || octets > 4 || start > this.bytes.length)
      throw new DerError('a length is not definite');
    const length = this.bytes.readUIntBE(at + 1, octets);
    if (length < 0x80 || length < 2 ** (8 * (octets - 1)))
      throw new DerError('a length is longer than needed');
    return { length, start };
  }
}
