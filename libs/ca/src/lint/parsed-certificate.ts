import { constructed, DerReader, FormatError, nameAttributeTypes, tags } from '#libs/der';
import { extensionTypes } from './extension-types.js';
import { memoizedByBytes } from './memoize.js';

/** The parts of a certificate (RFC 5280 section 4.1), unchanged: nothing is normalised. */
export interface ParsedCertificate {
  /** With tag and length. */
  readonly tbs: Buffer;
  /** Undefined if the certificate has the default version. */
  readonly version: Buffer | undefined;
  readonly serial: Buffer;
  readonly innerAlgorithm: Buffer;
  readonly outerAlgorithm: Buffer;
  readonly issuer: Buffer;
  readonly notBefore: ParsedTime;
  readonly notAfter: ParsedTime;
  /** In the order of the encoding. */
  readonly subject: readonly ParsedAttribute[];
  readonly spki: Buffer;
  readonly hasUniqueIds: boolean;
  readonly extensions: readonly ParsedExtension[];
}

export interface ParsedTime {
  readonly tag: number;
  readonly text: string;
  /** In milliseconds since 1970; NaN if the text is not a time. */
  readonly moment: number;
}

export interface ParsedAttribute {
  /** Dotted. */
  readonly type: string;
  readonly tag: number;
  readonly value: string;
  /** Whether its relative distinguished name has other attributes too. */
  readonly shared: boolean;
}

class ParsedExtension {
  private last?: { readonly read: unknown; readonly found: unknown };

  constructor(
    /** Dotted. */
    readonly type: string,
    readonly critical: boolean,
    private readonly value: Buffer,
  ) {}

  /** The result of `read` for the value, which it must read to the end. The last result is cached. */
  find<T>(read: (value: DerReader<Buffer>) => T): T {
    if (this.last?.read === read) return this.last.found as T;
    const found = only(new DerReader(this.value), read);
    this.last = { read, found };
    return found;
  }
}

/** Parses a certificate. @throws {FormatError} if the bytes are not a certificate in DER */
export function parseCertificate(der: Buffer): ParsedCertificate {
  const certificate = DerReader.ofSingle(der, tags.sequence);
  const tbs = certificate.whole(tags.sequence);
  const outerAlgorithm = certificate.whole(tags.sequence);
  certificate.bits();
  certificate.end();
  return { ...parseBody(new DerReader(tbs).inside(tags.sequence)), tbs, outerAlgorithm };
}

function parseBody(body: DerReader<Buffer>): Omit<ParsedCertificate, 'tbs' | 'outerAlgorithm'> {
  const version =
    body.tag === constructed(0) ? only(body.inside(constructed(0)), (field) => field.integer()) : undefined;
  const serial = body.integer();
  const innerAlgorithm = body.whole(tags.sequence);
  const issuer = body.whole(tags.sequence);
  const validity = body.inside(tags.sequence);
  const [notBefore, notAfter] = [readTime(nextWhole(validity)), readTime(nextWhole(validity))];
  validity.end();
  const subject = parseName(body.inside(tags.sequence));
  const spki = body.whole(tags.sequence);
  const hasUniqueIds = body.tag !== undefined && body.tag !== constructed(3);
  while (body.tag !== undefined && body.tag !== constructed(3)) body.content(body.tag);
  const extensions =
    body.tag === undefined
      ? []
      : only(body.inside(constructed(3)), (field) =>
          allWhole(field.inside(tags.sequence), tags.sequence).map(readExtension),
        );
  body.end();
  const fields = { version, serial, innerAlgorithm, issuer, notBefore, notAfter, subject, spki };
  return { ...fields, hasUniqueIds, extensions };
}

const nextWhole = (reader: DerReader<Buffer>) => reader.whole(reader.tag ?? 0);

function allWhole(reader: DerReader<Buffer>, tag: number): Buffer[] {
  const values: Buffer[] = [];
  while (reader.tag !== undefined) values.push(reader.whole(tag));
  return values;
}

/** The attributes of a Name, from a reader of its content. */
export const parseName = (name: DerReader<Buffer>): ParsedAttribute[] =>
  allWhole(name, tags.set).flatMap(readRelativeName);

/** In the subjects of customers, only the common name differs. */
const readRelativeName = memoizedByBytes(
  (bytes) => {
    const members = new DerReader(bytes).inside(tags.set).all(tags.sequence);
    return members.map((member): ParsedAttribute => {
      const type = member.objectIdentifier();
      const tag = member.tag ?? 0;
      const value = member.content(tag).toString('utf8');
      member.end();
      return { type, tag, value, shared: members.length > 1 };
    });
  },
  (attributes) => attributes.every(({ type }) => type !== nameAttributeTypes.cn),
);

const readTime = memoizedByBytes((bytes): ParsedTime => {
  const tag = bytes[0]!;
  const text = new DerReader(bytes).content(tag).toString('latin1');
  // RFC 5280 section 4.1.2.5.1: years of two digits are 1950 to 2049.
  const century = tag !== tags.utcTime ? '' : text < '5' ? '20' : '19';
  const [, year, month, ...rest] = (timePattern.exec(century + text) ?? []).map(Number);
  const [day, hour, minute, second] = rest;
  return { tag, text, moment: Date.UTC(year!, month! - 1, day, hour, minute, second) };
});

const timePattern = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

const trueContent = Buffer.from([0xff]);

const readExtension = memoizedByBytes(
  (bytes) => {
    const field = new DerReader(bytes).inside(tags.sequence);
    const type = field.objectIdentifier();
    const critical = field.tag === tags.boolean;
    // X.690 sections 11.1 and 11.5: TRUE is 0xff, and FALSE, the default, is omitted.
    if (critical && !field.content(tags.boolean).equals(trueContent))
      throw new FormatError('a BOOLEAN is not TRUE');
    const value = field.content(tags.octetString);
    field.end();
    return new ParsedExtension(type, critical, value);
  },
  ({ type }) => type !== extensionTypes.subjectAltName && type !== extensionTypes.subjectKeyIdentifier,
);

/** The result of `read`, which must read the value to the end. */
export function only<T>(reader: DerReader<Buffer>, read: (reader: DerReader<Buffer>) => T): T {
  const found = read(reader);
  reader.end();
  return found;
}
