import { base64, base64url, fromBase64, join, signatureDer, tlv } from './der.js';

type Bytes = Uint8Array<ArrayBuffer>;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const signing = { name: 'ECDSA', hash: 'SHA-256' };

/**
 * The customer's key pair as the browser keeps it. It signs, but the browser gives its bytes to nobody: these are
 * only in `locked`, which opens by a key that the browser does not give away either, until the customer's password is
 * known and `file` takes its place.
 */
export interface KeptKey {
  readonly thumbprint: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Bytes;
  readonly signingKey: CryptoKey;
  readonly lock: CryptoKey;
  /** PKCS #8, until `file` is there. */
  readonly locked?: Locked | undefined;
  /** R of the VID, 20 bytes. */
  readonly random: Locked;
  /** `signPri.key`, encrypted with a password that was sent but perhaps not found right. */
  readonly candidate?: Bytes | undefined;
  /** `signPri.key`, encrypted with the customer's password. */
  readonly file?: Bytes | undefined;
}

export interface Locked {
  readonly iv: Bytes;
  readonly bytes: Bytes;
}

/** Makes a key pair (P-256) and R. */
export async function makeKey(): Promise<KeptKey> {
  const { subtle } = crypto;
  const pair = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const [pkcs8, spki, jwk, lock] = await Promise.all([
    subtle.exportKey('pkcs8', pair.privateKey),
    subtle.exportKey('spki', pair.publicKey),
    subtle.exportKey('jwk', pair.publicKey),
    subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
  ]);
  const privateKey = new Uint8Array(pkcs8);
  const made: KeptKey = {
    thumbprint: await thumbprint(jwk),
    publicKey: new Uint8Array(spki),
    signingKey: await importPrivate(privateKey),
    lock,
    locked: await encrypt(lock, privateKey),
    random: await encrypt(lock, crypto.getRandomValues(new Uint8Array(20))),
  };
  privateKey.fill(0);
  return made;
}

/** A private key that signs and cannot be read. */
export const importPrivate = (pkcs8: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);

export const importPublic = (spki: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('spki', spki, algorithm, false, ['verify']);

/** ECDSA with SHA-256, as DER. */
export async function sign(key: CryptoKey, bytes: Bytes): Promise<Bytes> {
  return signatureDer(new Uint8Array(await crypto.subtle.sign(signing, key, bytes)));
}

/** Whether `privateKey` makes signatures that `publicKey` knows as its own. */
export async function belongTogether(
  privateKey: CryptoKey,
  publicKey: CryptoKey,
  text: Bytes,
): Promise<boolean> {
  const signature = await crypto.subtle.sign(signing, privateKey, text);
  return crypto.subtle.verify(signing, publicKey, signature, text);
}

/** A certificate request (PKCS #10, RFC 2986) in PEM. What it says of the subject the CA does not believe. */
export async function certificateRequest({ publicKey, signingKey }: KeptKey): Promise<string> {
  const commonName = tlv(
    0x30,
    Uint8Array.of(6, 3, 0x55, 4, 3),
    tlv(0x0c, new TextEncoder().encode('Reseal customer')),
  );
  const info = tlv(
    0x30,
    Uint8Array.of(2, 1, 0),
    tlv(0x30, tlv(0x31, commonName)),
    publicKey,
    Uint8Array.of(0xa0, 0),
  );
  const ecdsaWithSha256 = Uint8Array.of(0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2);
  const signature = tlv(0x03, Uint8Array.of(0), await sign(signingKey, info));
  const lines = base64(tlv(0x30, info, ecdsaWithSha256, signature)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** JWK thumbprint (RFC 7638) by SHA-256. */
async function thumbprint({ crv, kty, x, y }: JsonWebKey): Promise<string> {
  const canonical = new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }));
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', canonical)));
}

async function encrypt(lock: CryptoKey, plain: Bytes): Promise<Locked> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, bytes: new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, lock, plain)) };
}

export async function unlock({ lock }: Pick<KeptKey, 'lock'>, { iv, bytes }: Locked): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, lock, bytes));
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export { base64url, fromBase64, join };
