/** `signPri.key`: the private key of a joint certificate as its holder keeps it. */
import { der, FormatError, tags, type Bytes } from '#libs/der';
import { readerOfSingle } from './reader.js';
import {
  type EncryptionForm,
  encryptWithPassword,
  readDecryption,
  type ReadForm,
} from './password-encryption.js';
import { encodePrivateKeyInfo, type PrivateKeyInfo, readPrivateKeyInfo } from './private-key-info.js';

/** A wrong password cannot be told from a damaged file: what comes out is no key, and that is all one sees. */
export class NpkiKeyError extends Error {
  override readonly name = 'NpkiKeyError';

  constructor() {
    super('the password is wrong or the file is damaged');
  }
}

/**
 * How the key is kept:
 * - `PBES1-SHA1-SEED`: PBKDF1 with SHA-1, SEED-CBC with an IV derived from the password (1.2.410.200004.1.15)
 * - `PBES1-SHA1-SEED-FIXEDIV`: the same with the digits 0123456789012345 for the IV (1.2.410.200004.1.4); the oldest
 * - `PBES2-HMACSHA1-SEED`: PBKDF2 with HMAC-SHA1, SEED-CBC with an IV of its own
 * - `PBES2-HMACSHA256-SEED`: the same with HMAC-SHA256
 * - `PBES2-…-AES256`: with AES-256-CBC, as OpenSSL writes it
 * - `PBES1-…-DES`, `PBES2-…-3DES`, `PKCS12-SHA1-3DES` and the like: as OpenSSL and Windows wrote it in their time
 * - `PKCS8`: not encrypted
 *
 * Those with SEED (but for the oldest) and AES-256 are written, all are read.
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
  readonly form: EncryptionForm;
  /** Text is taken as UTF-8, bytes as they are. */
  readonly password: string | Uint8Array;
  /** PBKDF iterations; 2048 unless told, which every client reads. */
  readonly iterations?: number;
}

const DEFAULT_ITERATIONS = 2048;

/** @throws FormatError if `privateKey` is not PKCS #8, RangeError for an iteration count out of bounds */
export async function writePrivateKeyFile(file: NewPrivateKeyFile): Promise<Bytes> {
  const { privateKey, random, form, password, iterations = DEFAULT_ITERATIONS } = file;
  const plain = encodePrivateKeyInfo(privateKey, random);
  const options = { form, password: passwordBytes(password), iterations };
  const { algorithm, encrypted } = await encryptWithPassword(plain, options);
  return der.sequence(algorithm, der.octetString(encrypted));
}

/** Whether a password is needed: EncryptedPrivateKeyInfo begins with an algorithm, PrivateKeyInfo with a version. */
export function isEncryptedPrivateKey(file: Uint8Array): boolean {
  try {
    return readerOfSingle(file, tags.sequence).element().tag === tags.sequence;
  } catch {
    return false;
  }
}

/**
 * Opens a key file in any of the forms. A file that is not encrypted needs no password.
 *
 * @param file in DER
 * @throws NpkiKeyError if the password is wrong or missing, or the file damaged, or not a private key
 * @throws NpkiUnsupportedError if it is encrypted in another form
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

/** Turns whatever was found wrong with the bytes into the one error that can be said. */
export async function orKeyError<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FormatError) throw new NpkiKeyError();
    throw error;
  }
}
