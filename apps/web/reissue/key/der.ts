type Bytes = Uint8Array<ArrayBuffer>;

export function tlv(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const content = join(parts);
  const length = content.length;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return join([Uint8Array.of(tag, ...head), content]);
}

export function join(parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A positive INTEGER of big-endian bytes. */
export function integer(bytes: Uint8Array): Bytes {
  const first = bytes.findIndex((byte) => byte !== 0);
  const value = first < 0 ? Uint8Array.of(0) : bytes.slice(first);
  return tlv(0x02, value[0]! > 127 ? join([Uint8Array.of(0), value]) : value);
}

/** ECDSA-Sig-Value (RFC 3279) of what WebCrypto gives, r and s in a row. */
export function signatureDer(raw: Uint8Array): Bytes {
  const half = raw.length / 2;
  return tlv(0x30, integer(raw.slice(0, half)), integer(raw.slice(half)));
}

export const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
export const base64url = (bytes: Uint8Array): string =>
  base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
export const fromBase64 = (text: string): Bytes =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/').replace(/\s/g, '')), (character) =>
    character.charCodeAt(0),
  );

/** The DER of each certificate in PEM. */
export const pemToDer = (pem: string): Bytes[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(([, body]) => fromBase64(body!));
