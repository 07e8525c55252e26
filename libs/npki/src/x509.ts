import { type Bytes, contextTag, DerReader, inside, readObjectIdentifier, readOne, tags } from './der.js';

/** The parts of a certificate (RFC 5280 section 4.1) that the holder's files are made of. */
export interface CertificateParts {
  /** Content octets of serialNumber. */
  readonly serial: Bytes;
  /** Name, in DER. */
  readonly issuer: Bytes;
  /** Name, in DER. */
  readonly subject: Bytes;
  /** SubjectPublicKeyInfo, in DER. */
  readonly publicKey: Bytes;
  /** extnValue by the extension's object identifier. */
  readonly extensions: ReadonlyMap<string, Bytes>;
}

/** Takes a certificate in DER apart. @throws NpkiFormatError if it is none */
export function readCertificate(der: Uint8Array): CertificateParts {
  const certificate = DerReader.of(readOne(der, tags.sequence));
  const tbs = inside(certificate);
  tbs.nextIf(contextTag(0)); // version
  const serial = tbs.next(tags.integer).content;
  tbs.next(tags.sequence); // signature algorithm
  const issuer = tbs.next(tags.sequence).encoded;
  tbs.next(tags.sequence); // validity
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
  return { serial, issuer, subject, publicKey, extensions };
}
