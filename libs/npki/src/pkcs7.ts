import {
  type Bytes,
  context,
  contextTag,
  DerReader,
  inside,
  integer,
  objectIdentifier,
  readObjectIdentifier,
  readOne,
  NpkiFormatError,
  sequence,
  set,
  tags,
} from './der.js';
import { oids } from './oids.js';

/**
 * SignedData that signs nothing and carries certificates (RFC 5652 section 5.1; RFC 8551 calls it certs-only), for
 * `application/pkcs7-mime`. They stay in the order given, the holder's first.
 *
 * @param certificates in DER
 */
export function encodeCertificates(certificates: readonly Uint8Array[]): Bytes {
  const signedData = sequence(
    integer(1),
    set(), // digestAlgorithms
    sequence(objectIdentifier(oids.data)),
    context(0, ...certificates),
    set(), // signerInfos
  );
  return sequence(objectIdentifier(oids.signedData), context(0, signedData));
}

/** The certificates in a SignedData, in DER. @throws NpkiFormatError if it is none */
export function readCertificates(pkcs7: Uint8Array): Bytes[] {
  const contentInfo = DerReader.of(readOne(pkcs7, tags.sequence));
  if (readObjectIdentifier(contentInfo.next()) !== oids.signedData)
    throw new NpkiFormatError('not signed data');
  const signedData = inside(inside(contentInfo, contextTag(0)));
  signedData.next(tags.integer);
  signedData.next(tags.set);
  signedData.next(tags.sequence);
  const certificates = signedData.nextIf(contextTag(0));
  return certificates ? [...DerReader.of(certificates).rest()].map(({ encoded }) => encoded) : [];
}
