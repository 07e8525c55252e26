/** The little of DER (X.690 section 10) that a certificate needs: values in, bytes out, and a reader. */

function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const content of contents) length += content.length;
  const lengthBytes =
    length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x1_0000 ? 2 : length < 0x100_0000 ? 3 : 4;
  const bytes = Buffer.allocUnsafe(2 + lengthBytes + length);
  bytes[0] = tag;
  bytes[1] = lengthBytes === 0 ? length : 0x80 | lengthBytes;
  if (lengthBytes > 0) bytes.writeUIntBE(length, 2, lengthBytes);
  let at = 2 + lengthBytes;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

export const sequence = (...items: readonly Uint8Array[]) => tlv(0x30, ...items);
export const set = (item: Uint8Array) => tlv(0x31, item);
export const octetString = (bytes: Uint8Array) => tlv(0x04, bytes);
export const utf8String = (text: string) => tlv(0x0c, Buffer.from(text, 'utf8'));
export const printableString = (text: string) => tlv(0x13, Buffer.from(text, 'latin1'));
export const enumerated = (value: number) => tlv(0x0a, Buffer.from([value]));
export const nullValue = Buffer.from([0x05, 0x00]);
export const trueValue = Buffer.from([0x01, 0x01, 0xff]);

/** Context tag around whole values. */
export const explicit = (tag: number, ...items: readonly Uint8Array[]) => tlv(0xa0 | tag, ...items);
/** Context tag in place of a primitive value's own. */
export const implicit = (tag: number, content: Uint8Array) => tlv(0x80 | tag, content);

/** An INTEGER that is not negative, from its big-endian bytes. */
export function unsignedInteger(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  return (digits[0] ?? 0) & 0x80 ? tlv(0x02, Buffer.from([0]), digits) : tlv(0x02, digits);
}

export const bitString = (bytes: Uint8Array) => tlv(0x03, Buffer.from([0]), bytes);

/** A BIT STRING of named bits: the numbers of those that are set, trailing zeros removed (X.690 11.2.2). */
export function namedBits(numbers: readonly number[]): Buffer {
  if (numbers.length === 0) return tlv(0x03, Buffer.from([0]));
  const last = Math.max(...numbers);
  const bytes = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const number of numbers) bytes[number >> 3]! |= 0x80 >> (number & 7);
  return tlv(0x03, Buffer.from([7 - (last & 7)]), bytes);
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const bytes = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
    bytes.unshift(0x80 | (left % 128));
  }
  return bytes;
}

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5); whole seconds. */
export function time(moment: Date): Buffer {
  return moment.getUTCFullYear() < 2050
    ? tlv(0x17, Buffer.from(timeDigits(moment).slice(2), 'latin1'))
    : generalizedTime(moment);
}

/** GeneralizedTime in UTC, whole seconds. */
export const generalizedTime = (moment: Date) => tlv(0x18, Buffer.from(timeDigits(moment), 'latin1'));

/** YYYYMMDDhhmmssZ, from 2026-11-05T03:04:05.678Z. */
function timeDigits(moment: Date): string {
  const iso = moment.toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

/** One value as it was read: its tag, its content, and where the next one begins. */
interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly end: number;
}

/** Reads the value that begins at `at`; undefined if it is cut off or its length is not definite. */
export function readElement(bytes: Buffer, at = 0): Element | undefined {
  const [tag, short] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || short === undefined || short === 0x80) return undefined;
  const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
  const start = at + 2 + lengthBytes;
  if (lengthBytes > 4 || bytes.length < start) return undefined;
  const end = start + (lengthBytes === 0 ? short : bytes.readUIntBE(at + 2, lengthBytes));
  return bytes.length < end ? undefined : { tag, content: bytes.subarray(start, end), end };
}

/** Whether the bytes are exactly one SEQUENCE with nothing behind it. */
export function isOneSequence(bytes: Buffer): boolean {
  const element = readElement(bytes);
  return element?.tag === 0x30 && element.end === bytes.length;
}
