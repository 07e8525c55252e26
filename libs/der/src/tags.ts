/** Bytes that are not a Node Buffer, so that the code runs in a browser. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Identifier octets of the universal types (X.690 section 8.1.2). */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The bit of a tag whose value consists of other values. */
export const constructedBit = 0x20;

/** The context-specific tag of a value that consists of other values. */
export const constructed = (number: number) => 0xa0 | number;
/** The context-specific tag of a primitive value. */
export const primitive = (number: number) => 0x80 | number;
