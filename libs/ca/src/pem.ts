import { pemBlocks, pemOf } from '#libs/der';

/** A chain in PEM: the leaf first, each certificate followed by its issuer's. */
export function pemBundle(certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => pemOf(der)).join('');
}

/**
 * The certificates of a PEM bundle as DER, in their order. Text between the blocks is ignored.
 *
 * @throws {FormatError} if a block is not base64
 */
export function parsePemBundle(pem: string): Buffer[] {
  return pemBlocks(pem)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ der }) => Buffer.from(der));
}
