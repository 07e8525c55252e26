import { CertificateKey, signatureSchemeOf, type KeyType, type WebCryptoKey } from '#libs/client';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The customer's key pair as this browser keeps it. `signingKey` signs and cannot be exported. The bytes of the key are
 * only in `locked`, encrypted with `lock`, which cannot be exported either. Once the customer's password is verified,
 * `file` replaces `locked`.
 */
export interface KeptKey {
  readonly thumbprint: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Bytes;
  readonly signingKey: WebCryptoKey;
  readonly lock: WebCryptoKey;
  /** PKCS #8; undefined once there is `file`. */
  readonly locked?: Encrypted | undefined;
  /** R of the VID, 20 bytes. */
  readonly random: Encrypted;
  /** `signPri.key`, encrypted with a password that is not verified yet. */
  readonly candidate?: Bytes | undefined;
  /** `signPri.key`, encrypted with the customer's password. */
  readonly file?: Bytes | undefined;
}

interface Encrypted {
  readonly iv: Bytes;
  readonly bytes: Bytes;
}

/** Makes a key pair, and R of the VID. */
export async function makeKey(keyType: KeyType): Promise<KeptKey> {
  const [made, lock] = await Promise.all([
    CertificateKey.make({ keyType }),
    crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
  ]);
  const { thumbprint, publicKey } = made;
  const privateKey = await made.exportPrivateKey();
  const kept: KeptKey = {
    thumbprint,
    publicKey,
    signingKey: await importPrivate(privateKey),
    lock,
    locked: await encrypt(lock, privateKey),
    random: await encrypt(lock, crypto.getRandomValues(new Uint8Array(20))),
  };
  privateKey.fill(0);
  return kept;
}

/** The kept key pair in the form that the API client takes. */
export const toCustomerKey = ({ signingKey, publicKey }: KeptKey): Promise<CertificateKey> =>
  CertificateKey.of(signingKey, publicKey);

/** R of the VID in hexadecimal. */
export async function vidRandomOf({ lock, random }: KeptKey): Promise<string> {
  const bytes = await decrypt({ lock }, random);
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** Imports a private key that signs and cannot be exported. */
export const importPrivate = (pkcs8: Bytes): Promise<WebCryptoKey> =>
  crypto.subtle.importKey('pkcs8', pkcs8, signatureSchemeOf(pkcs8).algorithm, false, ['sign']);

/**
 * Signs with a private key: RSA, or ECDSA with a signature in DER.
 *
 * @returns undefined if `publicKey` (SubjectPublicKeyInfo, DER) does not verify the signature
 */
export async function signatureOfPair(
  privateKey: WebCryptoKey,
  publicKey: Bytes,
  text: Bytes,
): Promise<Bytes | undefined> {
  const { algorithm, encode } = signatureSchemeOf(publicKey);
  const known = await crypto.subtle.importKey('spki', publicKey, algorithm, false, ['verify']);
  const signature = await crypto.subtle.sign(algorithm, privateKey, text);
  const isPair = await crypto.subtle.verify(algorithm, known, signature, text);
  return isPair ? encode(new Uint8Array(signature)) : undefined;
}

/** Whether `publicKey` verifies a signature of `privateKey`. */
export const isKeyPair = async (...given: Parameters<typeof signatureOfPair>): Promise<boolean> =>
  (await signatureOfPair(...given)) !== undefined;

export const ivBytes = 12;

export async function encrypt(lock: WebCryptoKey, plain: Bytes): Promise<Encrypted> {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  return { iv, bytes: new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, lock, plain)) };
}

export async function decrypt({ lock }: Pick<KeptKey, 'lock'>, { iv, bytes }: Encrypted): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, lock, bytes));
}
