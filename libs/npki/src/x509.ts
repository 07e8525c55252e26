import {
  type Bytes,
  contextTag,
  DerReader,
  type Element,
  inside,
  NpkiFormatError,
  readObjectIdentifier,
  readOne,
  tags,
} from './der.js';

/** The parts of a certificate (RFC 5280 section 4.1) that the holder's files are made of. */
export interface CertificateFields {
  /** Content octets of serialNumber. */
  readonly serial: Bytes;
  /** Name, in DER. */
  readonly issuer: Bytes;
  /** Name, in DER. */
  readonly subject: Bytes;
  /** notAfter, as YYYYMMDDHHMMSSZ: later ones sort after earlier ones. */
  readonly notAfter: string;
  /** SubjectPublicKeyInfo, in DER. */
  readonly publicKey: Bytes;
  /** extnValue by the extension's object identifier. */
  readonly extensions: ReadonlyMap<string, Bytes>;
}

/** Takes a certificate in DER apart. @throws NpkiFormatError if it is none */
export function readCertificateFields(der: Uint8Array): CertificateFields {
  const certificate = DerReader.of(readOne(der, tags.sequence));
  const tbs = inside(certificate);
  tbs.nextIf(contextTag(0)); // version
  const serial = tbs.next(tags.integer).content;
  tbs.next(tags.sequence); // signature algorithm
  const issuer = tbs.next(tags.sequence).encoded;
  const notAfter = readTime([...inside(tbs).rest()].at(-1));
  const subject = tbs.next(tags.sequence).encoded;
  const publicKey = tbs.next(tags.sequence).encoded;
  const extensions = new Map<string, Bytes>();
  for (const field of tbs.rest()) {
    if (field.tag !== contextTag(3)) continue; // unique identifiers, which nobody uses
    for (const extension of inside(DerReader.of(field)).rest()) {
      const parts = DerReader.of(extension);
      const id = readObjectIdentifier(parts.next());
      parts.nextIf(tags.boolean); // critical
      extensions.set(id, parts.next(tags.octetString).content);
    }
  }
  return { serial, issuer, subject, notAfter, publicKey, extensions };
}

/** Of a UTCTime the years 50 to 99 are of the last century (RFC 5280 section 4.1.2.5.1). */
function readTime(time: Element | undefined): string {
  const text = time ? new TextDecoder().decode(time.content) : '';
  if (/^\d{14}Z$/.test(text)) return text;
  if (!/^\d{12}Z$/.test(text)) throw new NpkiFormatError('no time');
  return `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}`;
}
