import { pemBlocks, pemOf } from '#libs/der';

/** Certificates one after the other: the leaf first, then the one that signed it, and so on. */
export function pemBundle(certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => pemOf(der)).join('');
}

/**
 * The certificates of a PEM bundle as DER, in their order; text between the blocks is skipped.
 *
 * @throws {FormatError} if a block is not base64
 */
export function parsePemBundle(pem: string): Buffer[] {
  return pemBlocks(pem)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ der }) => Buffer.from(der));
}
