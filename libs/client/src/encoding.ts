import { pemBlocks, type Bytes } from '#libs/der';
import { base64url } from 'jose';

export const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (octet) => String.fromCharCode(octet)).join(''));
export const toBase64url = (bytes: Uint8Array): string => base64url.encode(bytes);
/** @throws TypeError */
export const fromBase64url = (text: string): Bytes => new Uint8Array(base64url.decode(text));

/** The DER of each certificate in PEM (RFC 7468), in its order. @throws {FormatError} if a block is not base64 */
export const certificatesOfPem = (pem: string): Bytes[] =>
  pemBlocks(pem)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ der }) => der);
