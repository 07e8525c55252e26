import { constructed, primitive, tags, type Bytes } from './tags.js';

const encoder = new TextEncoder();
const zero = Uint8Array.of(0);

/**
 * Functions that encode values in DER (X.690 section 10).
 *
 * @param allocate makes the byte arrays of the results. Every byte is written, so they need not be zero: on a server
 *   Node's buffer pool is several times as fast for small values.
 * @param utf8 encodes text; on a server a Buffer is faster here too
 */
export function derWriter<B extends Uint8Array>(
  allocate: (length: number) => B,
  utf8: (text: string) => Uint8Array = (text) => encoder.encode(text),
) {
  /** A value of any tag from the parts of its content. */
  function value(tag: number, ...contents: readonly Uint8Array[]): B {
    let length = 0;
    for (const content of contents) length += content.length;
    const lengthBytes =
      length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x1_0000 ? 2 : length < 0x100_0000 ? 3 : 4;
    const bytes = allocate(2 + lengthBytes + length);
    bytes[0] = tag;
    bytes[1] = lengthBytes === 0 ? length : 0x80 | lengthBytes;
    for (let index = lengthBytes, left = length; index > 0; index -= 1, left = Math.floor(left / 256))
      bytes[1 + index] = left % 256;
    let at = 2 + lengthBytes;
    for (const content of contents) {
      bytes.set(content, at);
      at += content.length;
    }
    return bytes;
  }

  function ascii(tag: number, text: string): B {
    const content = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) content[at] = text.charCodeAt(at);
    return value(tag, content);
  }

  /** An INTEGER that is not negative, from its big-endian bytes; leading zeros are left out. */
  function unsignedInteger(bytes: Uint8Array): B {
    let start = 0;
    while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
    const digits = bytes.subarray(start);
    return digits.length === 0 || digits[0]! & 0x80
      ? value(tags.integer, zero, digits)
      : value(tags.integer, digits);
  }

  /** A BIT STRING of named bits: the numbers of the bits that are set, without trailing zeros (X.690 section 11.2.2). */
  function namedBits(numbers: readonly number[]): B {
    if (numbers.length === 0) return value(tags.bitString, zero);
    const last = Math.max(...numbers);
    const bytes = new Uint8Array(Math.floor(last / 8) + 1);
    for (const number of numbers) bytes[number >> 3]! |= 0x80 >> (number & 7);
    return value(tags.bitString, Uint8Array.of(7 - (last & 7)), bytes);
  }

  /** @param dotted e.g. `2.5.4.3` */
  function objectIdentifier(dotted: string): B {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
    return value(tags.objectIdentifier, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
  }

  /** GeneralizedTime in UTC, whole seconds. */
  const generalizedTime = (date: Date) => ascii(tags.generalizedTime, timeDigits(date));

  return {
    value,
    unsignedInteger,
    namedBits,
    objectIdentifier,
    generalizedTime,
    sequence: (...items: readonly Uint8Array[]) => value(tags.sequence, ...items),
    set: (...items: readonly Uint8Array[]) => value(tags.set, ...items),
    octetString: (bytes: Uint8Array) => value(tags.octetString, bytes),
    /** A BIT STRING of whole bytes. */
    bitString: (bytes: Uint8Array) => value(tags.bitString, zero, bytes),
    utf8String: (text: string) => value(tags.utf8String, utf8(text)),
    printableString: (text: string) => ascii(tags.printableString, text),
    enumerated: (number: number) => value(tags.enumerated, Uint8Array.of(number)),
    nullValue: value(tags.null),
    trueValue: value(tags.boolean, Uint8Array.of(0xff)),

    /** A context-specific tag around whole values, or in place of the tag of a constructed value. */
    explicit: (number: number, ...items: readonly Uint8Array[]) => value(constructed(number), ...items),
    /** A context-specific tag in place of the tag of a primitive value. */
    implicit: (number: number, content: Uint8Array) => value(primitive(number), content),

    /** An INTEGER from 0 to 2^31 - 1. */
    smallInteger: (number: number) =>
      unsignedInteger(Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number)),

    /** UTCTime until 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5); whole seconds. */
    time: (date: Date) =>
      date.getUTCFullYear() < 2050 ? ascii(tags.utcTime, timeDigits(date).slice(2)) : generalizedTime(date),
  };
}

/** Encodes into plain byte arrays, as browsers have them. */
export const der = derWriter((length): Bytes => new Uint8Array(length));

function base128(arc: number): number[] {
  const bytes = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
    bytes.unshift(0x80 | (left % 128));
  }
  return bytes;
}

/** YYYYMMDDhhmmssZ, from 2026-11-05T03:04:05.678Z. */
function timeDigits(date: Date): string {
  const iso = date.toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}
