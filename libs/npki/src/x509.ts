import { constructed, FormatError, tags, type Bytes, type Element } from '#libs/der';
import { readerOf, readerOfSingle } from './reader.js';

/** The fields of a certificate (RFC 5280 section 4.1) that holders' files need. */
export interface CertificateFields {
  /** Content octets of serialNumber. */
  readonly serial: Bytes;
  /** Name, in DER. */
  readonly issuer: Bytes;
  /** Name, in DER. */
  readonly subject: Bytes;
  /** notAfter as YYYYMMDDHHMMSSZ, which sorts by time. */
  readonly notAfter: string;
  /** SubjectPublicKeyInfo, in DER. */
  readonly publicKey: Bytes;
  /** extnValue by the extension's object identifier. */
  readonly extensions: ReadonlyMap<string, Bytes>;
}

/** Reads the fields of a certificate in DER. @throws {FormatError} if the bytes are not a certificate */
export function readCertificateFields(der: Uint8Array): CertificateFields {
  const certificate = readerOfSingle(der, tags.sequence);
  const tbs = certificate.inside(tags.sequence);
  tbs.optional(constructed(0)); // version
  const serial = tbs.content(tags.integer);
  tbs.content(tags.sequence); // signature algorithm
  const issuer = tbs.whole(tags.sequence);
  const notAfter = readTime([...tbs.inside(tags.sequence).elements()].at(-1));
  const subject = tbs.whole(tags.sequence);
  const publicKey = tbs.whole(tags.sequence);
  const extensions = new Map<string, Bytes>();
  for (const field of tbs.elements()) {
    if (field.tag !== constructed(3)) continue; // unique identifiers, which are not in use
    for (const extension of readerOfSingle(field.content, tags.sequence).elements()) {
      const parts = readerOf(extension.content);
      const id = parts.objectIdentifier();
      parts.optional(tags.boolean); // critical
      extensions.set(id, parts.content(tags.octetString));
    }
  }
  return { serial, issuer, subject, notAfter, publicKey, extensions };
}

/** In a UTCTime, the years 50 to 99 are 1950 to 1999 (RFC 5280 section 4.1.2.5.1). */
function readTime(time: Element | undefined): string {
  const text = time ? new TextDecoder().decode(time.content) : '';
  if (/^\d{14}Z$/.test(text)) return text;
  if (!/^\d{12}Z$/.test(text)) throw new FormatError('notAfter is not a time');
  return `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}`;
}
