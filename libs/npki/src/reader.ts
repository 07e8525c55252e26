import { DerReader, type Bytes } from '#libs/der';

/** A reader of the values in the bytes. It accepts lengths that are longer than DER allows: some key files have them. */
export const readerOf = (bytes: Bytes): DerReader => new DerReader(bytes, 'definite');

/** A reader of the content of the only value in the bytes. @throws {FormatError} if there is another value, or none */
export const readerOfSingle = (bytes: Uint8Array, tag: number): DerReader =>
  DerReader.ofSingle(Uint8Array.from(bytes), tag, 'definite');
