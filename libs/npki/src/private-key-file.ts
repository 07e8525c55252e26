/** `signPri.key`: the file with the private key of a joint certificate. */
import { der, FormatError, tags, type Bytes } from '#libs/der';
import { readerOfSingle } from './reader.js';
import {
  type EncryptionForm,
  encryptWithPassword,
  readDecryption,
  type ReadForm,
} from './password-encryption.js';
import { encodePrivateKeyInfo, type PrivateKeyInfo, readPrivateKeyInfo } from './private-key-info.js';

/** The password is wrong or the file is damaged: both give bytes that are not a key, and cannot be distinguished. */
export class NpkiKeyError extends Error {
  override readonly name = 'NpkiKeyError';

  constructor() {
    super('the password is wrong or the file is damaged');
  }
}

/**
 * Encryption of the key file:
 * - `PBES1-SHA1-SEED`: PBKDF1 with SHA-1, SEED-CBC with an IV derived from the password (1.2.410.200004.1.15)
 * - `PBES1-SHA1-SEED-FIXEDIV`: the same with the digits 0123456789012345 for the IV (1.2.410.200004.1.4); the oldest
 * - `PBES2-HMACSHA1-SEED`: PBKDF2 with HMAC-SHA1, SEED-CBC with a random IV
 * - `PBES2-HMACSHA256-SEED`: the same with HMAC-SHA256
 * - `PBES2-…-AES256`: with AES-256-CBC, as in OpenSSL
 * - `PBES1-…-DES`, `PBES2-…-3DES`, `PKCS12-SHA1-3DES` and the like: older forms of OpenSSL and Windows
 * - `PKCS8`: not encrypted
 *
 * All forms are read. The forms with SEED, except the oldest, and with AES-256 are also written. No form is opened by every
 * program; {@link defaultKeyForm} is opened by the most.
 */
type PrivateKeyForm = ReadForm | 'PKCS8';

export interface PrivateKeyFile extends PrivateKeyInfo {
  readonly form: PrivateKeyForm;
}

export interface NewPrivateKeyFile {
  /** PKCS #8 in DER, as WebCrypto exports it. */
  readonly privateKey: Uint8Array;
  /** R of the VID. */
  readonly random?: Uint8Array | undefined;
  /** By default {@link defaultKeyForm}. */
  readonly form?: EncryptionForm;
  /** Text is encoded in UTF-8; bytes are used unchanged. */
  readonly password: string | Uint8Array;
  /** PBKDF iterations; by default 2048, as in the files of other programs. */
  readonly iterations?: number;
}

const defaultIterations = 2048;
/** OpenSSL 3, Bouncy Castle and PyPinkSign open it. PyPinkSign opens no form with HMAC-SHA256, the others no PBES1. */
export const defaultKeyForm = 'PBES2-HMACSHA1-SEED' satisfies EncryptionForm;

/** @throws {FormatError} if `privateKey` is not PKCS #8 @throws {RangeError} if the iteration count is out of bounds */
export async function writePrivateKeyFile(file: NewPrivateKeyFile): Promise<Bytes> {
  const { privateKey, random, form = defaultKeyForm, password, iterations = defaultIterations } = file;
  const plain = encodePrivateKeyInfo(privateKey, random);
  const options = { form, password: passwordBytes(password), iterations };
  const { algorithm, encrypted } = await encryptWithPassword(plain, options);
  return der.sequence(algorithm, der.octetString(encrypted));
}

/** Whether a password is needed: EncryptedPrivateKeyInfo starts with an algorithm, PrivateKeyInfo with a version. */
export function isEncryptedPrivateKey(file: Uint8Array): boolean {
  try {
    return readerOfSingle(file, tags.sequence).element().tag === tags.sequence;
  } catch {
    return false;
  }
}

/**
 * Opens a key file in any form. A file that is not encrypted needs no password.
 *
 * @param file in DER
 * @throws {NpkiKeyError} if the password is wrong or missing, or the file is damaged or not a private key
 * @throws {NpkiUnsupportedError} if its encryption is not supported
 */
export async function readPrivateKeyFile(
  file: Uint8Array,
  password: string | Uint8Array = '',
): Promise<PrivateKeyFile> {
  return orKeyError(async () => {
    if (!isEncryptedPrivateKey(file)) return { form: 'PKCS8', ...(await readPrivateKeyInfo(file)) };
    const info = readerOfSingle(file, tags.sequence);
    const algorithm = info.element(tags.sequence);
    const encrypted = info.content(tags.octetString);
    info.end();
    const { form, decrypt } = readDecryption(algorithm);
    const plain = await decrypt(encrypted, passwordBytes(password));
    return { form, ...(await readPrivateKeyInfo(plain)) };
  });
}

export const passwordBytes = (password: string | Uint8Array): Uint8Array =>
  typeof password === 'string' ? new TextEncoder().encode(password) : password;

/** Replaces any FormatError by NpkiKeyError, because the cause of wrong bytes is unknown. */
export async function orKeyError<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FormatError) throw new NpkiKeyError();
    throw error;
  }
}
