import { constructed, der, FormatError, tags, type Bytes } from '#libs/der';
import { readerOf, readerOfSingle } from './reader.js';
import { oids } from './oids.js';

/**
 * Encodes SignedData with certificates and without signatures (RFC 5652 section 5.1; certs-only in RFC 8551), for
 * `application/pkcs7-mime`. The order of the certificates is kept; the holder's is first.
 *
 * @param certificates in DER
 */
export function encodeCertificates(certificates: readonly Uint8Array[]): Bytes {
  const signedData = der.sequence(
    der.smallInteger(1),
    der.set(), // digestAlgorithms
    der.sequence(der.objectIdentifier(oids.data)),
    der.explicit(0, ...certificates),
    der.set(), // signerInfos
  );
  return der.sequence(der.objectIdentifier(oids.signedData), der.explicit(0, signedData));
}

/** The certificates in a SignedData, in DER. @throws {FormatError} if the bytes are not SignedData */
export function readCertificates(pkcs7: Uint8Array): Bytes[] {
  const contentInfo = readerOfSingle(pkcs7, tags.sequence);
  if (contentInfo.objectIdentifier() !== oids.signedData) throw new FormatError('not signed data');
  const signedData = contentInfo.inside(constructed(0)).inside(tags.sequence);
  signedData.content(tags.integer);
  signedData.content(tags.set);
  signedData.content(tags.sequence);
  const certificates = signedData.optional(constructed(0));
  return certificates ? [...readerOf(certificates).elements()].map(({ encoded }) => encoded) : [];
}
