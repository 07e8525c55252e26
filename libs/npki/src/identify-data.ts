import {
  type Bytes,
  context,
  contextTag,
  DerReader,
  inside,
  objectIdentifier,
  octetString,
  readObjectIdentifier,
  readOne,
  readText,
  sequence,
  tags,
  utf8String,
} from './der.js';
import { readCertificateFields } from './x509.js';
import { oids } from './oids.js';

/** SHA-256 today; the first certificates with a VID had SHA-1. */
export type VidHash = 'SHA-1' | 'SHA-256';

export const vidHashOids: Readonly<Record<VidHash, string>> = { 'SHA-1': oids.sha1, 'SHA-256': oids.sha256 };

/** What a certificate says of its holder (KCAC.TS.SIVID). */
export interface IdentifyData {
  readonly realName: string;
  /** As it stands in the certificate, leading zeros included. */
  readonly virtualId: Uint8Array;
  /** The hash that made `virtualId`, dotted. */
  readonly hashOid: string;
}

/**
 * IdentifyData in DER:
 * ```
 * IdentifyData ::= SEQUENCE { realName UTF8String, userInfo SEQUENCE OF SEQUENCE { OID id-VID, VID } }
 * VID          ::= SEQUENCE { hashAlg AlgorithmIdentifier, virtualID [0] EXPLICIT OCTET STRING }
 * ```
 * `hashAlg` goes without parameters, as in certificates that are in use.
 */
export function encodeIdentifyData({
  realName,
  virtualId,
  hash = 'SHA-256',
}: Pick<IdentifyData, 'realName' | 'virtualId'> & { hash?: VidHash }): Bytes {
  const vid = sequence(sequence(objectIdentifier(vidHashOids[hash])), context(0, octetString(virtualId)));
  return sequence(utf8String(realName), sequence(sequence(objectIdentifier(oids.vid), vid)));
}

/** The GeneralName (RFC 5280 section 4.2.1.6, otherName) that carries IdentifyData in a subjectAltName. */
export const identifyDataName = (identifyData: Uint8Array): Bytes =>
  context(0, objectIdentifier(oids.identifyData), context(0, identifyData));

/**
 * Finds IdentifyData in the subjectAltName of a certificate.
 *
 * @param certificate in DER
 * @returns undefined if it says nothing of the kind, or has no VID in it
 * @throws NpkiFormatError if the certificate or its subjectAltName cannot be read
 */
export function readIdentifyData(certificate: Uint8Array): IdentifyData | undefined {
  const extension = readCertificateFields(certificate).extensions.get(oids.subjectAltName);
  if (!extension) return undefined;
  for (const name of DerReader.of(readOne(extension, tags.sequence)).rest()) {
    if (name.tag !== contextTag(0)) continue;
    const otherName = DerReader.of(name);
    if (readObjectIdentifier(otherName.next()) !== oids.identifyData) continue;
    return readValue(inside(inside(otherName, contextTag(0))));
  }
  return undefined;
}

function readValue(identifyData: DerReader): IdentifyData | undefined {
  const realName = readText(identifyData.next());
  for (const info of inside(identifyData).rest()) {
    const userInfo = DerReader.of(info);
    if (readObjectIdentifier(userInfo.next()) !== oids.vid) continue;
    const vid = inside(userInfo);
    const hashOid = readObjectIdentifier(inside(vid).next());
    const virtualId = inside(vid, contextTag(0)).next(tags.octetString).content;
    return { realName, virtualId, hashOid };
  }
  return undefined;
}
