import { DerReader } from '#libs/der';
import { bufferDer as der } from '../der.js';

/** The values inside a constructed value, each with tag and length. */
export function partsOf(constructed: Buffer): Buffer[] {
  const { content } = new DerReader(constructed).element();
  return [...new DerReader(content).elements()].map(({ encoded }) => encoded);
}

/** Positions of the fields of a to-be-signed certificate with version and extensions. */
export const fields = {
  version: 0,
  serial: 1,
  algorithm: 2,
  issuer: 3,
  validity: 4,
  subject: 5,
  spki: 6,
  extensions: 7,
};

/** A to-be-signed certificate with other bytes in place of one of its fields. */
export function withField(tbs: Buffer, field: keyof typeof fields, ...bytes: Buffer[]): Buffer {
  return der.sequence(...partsOf(tbs).toSpliced(fields[field], 1, ...bytes));
}

/** A to-be-signed certificate with other extensions. */
export function withExtensions(tbs: Buffer, alter: (extensions: Buffer[]) => Buffer[]): Buffer {
  const [list] = partsOf(partsOf(tbs)[fields.extensions]!);
  return withField(tbs, 'extensions', der.explicit(3, der.sequence(...alter(partsOf(list!)))));
}

/** A to-be-signed certificate with another value of one extension. */
export function withExtension(tbs: Buffer, oid: string, value: Buffer): Buffer {
  const type = der.objectIdentifier(oid);
  return withExtensions(tbs, (extensions) =>
    extensions.map((extension) => {
      const parts = partsOf(extension);
      return parts[0]!.equals(type) ? der.sequence(...parts.slice(0, -1), der.octetString(value)) : extension;
    }),
  );
}
