import { constructed, der, type DerReader, tags, type Bytes } from '#libs/der';
import { readerOf, readerOfSingle } from './reader.js';
import { readCertificateFields } from './x509.js';
import { oids } from './oids.js';

/** SHA-256; the first certificates with a VID had SHA-1. */
export type VidHash = 'SHA-1' | 'SHA-256';

export const vidHashOids: Readonly<Record<VidHash, string>> = { 'SHA-1': oids.sha1, 'SHA-256': oids.sha256 };

/** The name and VID of the holder in a certificate (KCAC.TS.SIVID). */
export interface IdentifyData {
  readonly realName: string;
  /** As in the certificate, with leading zeros. */
  readonly virtualId: Uint8Array;
  /** The hash algorithm of `virtualId`, dotted. */
  readonly hashOid: string;
}

/**
 * IdentifyData in DER:
 * ```
 * IdentifyData ::= SEQUENCE { realName UTF8String, userInfo SEQUENCE OF SEQUENCE { OID id-VID, VID } }
 * VID          ::= SEQUENCE { hashAlg AlgorithmIdentifier, virtualID [0] EXPLICIT OCTET STRING }
 * ```
 * `hashAlg` has no parameters, as in certificates in use.
 */
export function encodeIdentifyData({
  realName,
  virtualId,
  hash = 'SHA-256',
}: Pick<IdentifyData, 'realName' | 'virtualId'> & { hash?: VidHash }): Bytes {
  const vid = der.sequence(
    der.sequence(der.objectIdentifier(vidHashOids[hash])),
    der.explicit(0, der.octetString(virtualId)),
  );
  return der.sequence(
    der.utf8String(realName),
    der.sequence(der.sequence(der.objectIdentifier(oids.vid), vid)),
  );
}

/** The GeneralName (RFC 5280 section 4.2.1.6, otherName) that carries IdentifyData in a subjectAltName. */
export const identifyDataName = (identifyData: Uint8Array): Bytes =>
  der.explicit(0, der.objectIdentifier(oids.identifyData), der.explicit(0, identifyData));

/**
 * Finds IdentifyData in the subjectAltName of a certificate.
 *
 * @param certificate in DER
 * @returns undefined if the certificate has no IdentifyData or no VID
 * @throws FormatError if the certificate or its subjectAltName cannot be read
 */
export function readIdentifyData(certificate: Uint8Array): IdentifyData | undefined {
  const extension = readCertificateFields(certificate).extensions.get(oids.subjectAltName);
  if (!extension) return undefined;
  for (const name of readerOfSingle(extension, tags.sequence).elements()) {
    if (name.tag !== constructed(0)) continue;
    const otherName = readerOf(name.content);
    if (otherName.objectIdentifier() !== oids.identifyData) continue;
    return readValue(otherName.inside(constructed(0)).inside(tags.sequence));
  }
  return undefined;
}

function readValue(identifyData: DerReader): IdentifyData | undefined {
  const realName = identifyData.text();
  for (const info of identifyData.inside(tags.sequence).elements()) {
    const userInfo = readerOf(info.content);
    if (userInfo.objectIdentifier() !== oids.vid) continue;
    const vid = userInfo.inside(tags.sequence);
    const hashOid = vid.inside(tags.sequence).objectIdentifier();
    const virtualId = vid.inside(constructed(0)).content(tags.octetString);
    return { realName, virtualId, hashOid };
  }
  return undefined;
}
