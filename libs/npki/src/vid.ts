import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { der, FormatError, type Bytes } from '#libs/der';
import { equalBytes } from './bytes.js';
import { readIdentifyData, type VidHash, vidHashOids } from './identify-data.js';

const hashes = { 'SHA-1': sha1, 'SHA-256': sha256 };

/** R has at least 160 bits (KCAC.TS.SIVID). */
export const minRandomNumberBytes = 20;

export interface VidInput {
  /** The holder's number (13 digits for a person, 10 for a company), digits only. */
  readonly idn: string;
  /** R, at least 20 bytes; the holder keeps it with the private key. */
  readonly random: Uint8Array;
  readonly hash?: VidHash;
}

/**
 * virtualID = H(H(DER(HashContent))), where HashContent ::= SEQUENCE { idn PrintableString, randomNum BIT STRING }
 * (KCAC.TS.SIVID). Leading zeros of R and of the result are significant.
 *
 * @throws {RangeError} if `idn` has other characters than digits or `random` is too short; the message contains neither
 */
export function computeVirtualId({ idn, random, hash = 'SHA-256' }: VidInput): Bytes {
  if (!/^\d+$/.test(idn)) throw new RangeError('the number of a VID has digits only');
  if (random.length < minRandomNumberBytes)
    throw new RangeError('the random number of a VID has 160 bits at least');
  const digest = hashes[hash];
  return Uint8Array.from(digest(digest(der.sequence(der.printableString(idn), der.bitString(random)))));
}

/**
 * Whether a certificate's VID was computed from this number and this R. A holder who shows R proves the number.
 *
 * @param certificate in DER
 * @throws {FormatError} if the certificate cannot be read, or has no VID, or its hash is unknown
 * @throws {RangeError} as {@link computeVirtualId}
 */
export function checkVid({
  certificate,
  idn,
  random,
}: Omit<VidInput, 'hash'> & { certificate: Uint8Array }): boolean {
  const identifyData = readIdentifyData(certificate);
  if (!identifyData) throw new FormatError('the certificate has no VID');
  const { virtualId, hashOid } = identifyData;
  const hash = (Object.keys(hashes) as VidHash[]).find((name) => vidHashOids[name] === hashOid);
  if (!hash) throw new FormatError(`the certificate's VID was made by an unknown hash, ${hashOid}`);
  const expected = computeVirtualId({ idn, random, hash });
  return equalBytes(expected, virtualId);
}
