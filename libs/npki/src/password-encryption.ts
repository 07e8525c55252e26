/** Password-based encryption of joint certificates, and of key files and PKCS #12 files of other tools. */
import { sha1 } from '@noble/hashes/legacy.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { der, type DerReader, FormatError, tags, type Bytes, type Element } from '#libs/der';
import { readerOf } from './reader.js';
import {
  aes128,
  aes192,
  aes256,
  type CbcCipher,
  des,
  rc2,
  seed,
  tripleDes,
  twoKeyTripleDes,
} from './ciphers.js';
import {
  type Derivation,
  maxIterations,
  maxPbkdf1Iterations,
  maxPkcs12Iterations,
  pbkdf1,
  pbkdf2,
  pkcs12Derive,
} from './key-derivation.js';
import { oids } from './oids.js';
import { seedCbcEncrypt } from './seed.js';
import { NpkiUnsupportedError } from './unsupported.js';

type Pbes1Form = 'PBES1-SHA1-SEED';
type Pbes2Form = `PBES2-${'HMACSHA1' | 'HMACSHA256'}-${'SEED' | 'AES256'}`;
/** Forms that are written. */
export type EncryptionForm = Pbes1Form | Pbes2Form;
/** Forms that are read: the written forms and others, e.g. `PBES1-SHA1-SEED-FIXEDIV`, `PKCS12-SHA1-3DES`. */
export type ReadForm = `${'PBES1' | 'PBES2' | 'PKCS12'}-${string}`;

const prfs = {
  HMACSHA1: { oid: oids.hmacWithSha1, hash: 'SHA-1' },
  HMACSHA256: { oid: oids.hmacWithSha256, hash: 'SHA-256' },
  HMACSHA384: { oid: oids.hmacWithSha384, hash: 'SHA-384' },
  HMACSHA512: { oid: oids.hmacWithSha512, hash: 'SHA-512' },
} as const;

/** Ciphers of PBES2, whose parameter is the IV. */
const ciphers = {
  SEED: { oid: oids.seedCbc, cipher: seed },
  AES128: { oid: oids.aes128Cbc, cipher: aes128 },
  AES192: { oid: oids.aes192Cbc, cipher: aes192 },
  AES256: { oid: oids.aes256Cbc, cipher: aes256 },
  '3DES': { oid: oids.desEde3Cbc, cipher: tripleDes },
  DES: { oid: oids.desCbc, cipher: des },
} as const;

interface Encrypted {
  /** AlgorithmIdentifier, in DER. */
  readonly algorithm: Bytes;
  readonly encrypted: Bytes;
}

interface EncryptionOptions {
  readonly form: EncryptionForm;
  readonly password: Uint8Array;
  readonly iterations: number;
  /** The source of salt and IV; replaced only in tests. */
  readonly random?: (length: number) => Uint8Array;
}

/** @throws RangeError if the iteration count is below 1 or above the limit for reading */
export async function encryptWithPassword(
  plain: Uint8Array,
  { form, password, iterations, random = randomBytes }: EncryptionOptions,
): Promise<Encrypted> {
  const most = form === 'PBES1-SHA1-SEED' ? maxPbkdf1Iterations : maxIterations;
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > most)
    throw new RangeError(`the iteration count must be from 1 to ${most}`);
  if (form === 'PBES1-SHA1-SEED') {
    const salt = random(8);
    const { key, iv } = seedKey(password, { salt, iterations });
    const parameters = der.sequence(der.octetString(salt), der.smallInteger(iterations));
    const algorithm = der.sequence(der.objectIdentifier(oids.pbeWithSha1AndSeedCbc), parameters);
    return { algorithm, encrypted: seedCbcEncrypt(key, iv, plain) };
  }
  const [, prf, name] = form.split('-') as ['PBES2', 'HMACSHA1' | 'HMACSHA256', 'SEED' | 'AES256'];
  const { oid, cipher } = ciphers[name];
  const [salt, iv] = [random(prf === 'HMACSHA1' ? 8 : 16), Uint8Array.from(random(cipher.blockLength))];
  // HMAC-SHA1 is the default of prf, and DER omits defaults.
  const prfField =
    prf === 'HMACSHA1' ? [] : [der.sequence(der.objectIdentifier(prfs[prf].oid), der.nullValue)];
  const parameters = der.sequence(
    der.sequence(
      der.objectIdentifier(oids.pbkdf2),
      der.sequence(der.octetString(salt), der.smallInteger(iterations), ...prfField),
    ),
    der.sequence(der.objectIdentifier(oid), der.octetString(iv)),
  );
  const key = await pbkdf2(prfs[prf].hash, password, { salt, iterations }, cipher.keyLength);
  return {
    algorithm: der.sequence(der.objectIdentifier(oids.pbes2), parameters),
    encrypted: await cipher.encrypt(key, iv, plain),
  };
}

/** A decryption by an AlgorithmIdentifier. The key is derived only when it is called. */
export interface Decryption {
  readonly form: ReadForm;
  /** @throws {FormatError} if the padding is wrong, for example because the password is wrong */
  readonly decrypt: (encrypted: Uint8Array, password: Uint8Array) => Promise<Bytes>;
}

/**
 * @param algorithm AlgorithmIdentifier
 * @throws {NpkiUnsupportedError} if the algorithm is not supported
 * @throws {FormatError} if its parameters are damaged or out of bounds
 */
export function readDecryption(algorithm: Element): Decryption {
  const reader = readerOf(algorithm.content);
  const oid = reader.objectIdentifier();
  if (oid === oids.pbes2) return readPbes2(reader.inside(tags.sequence));
  const scheme = saltedSchemes[oid];
  if (!scheme) throw new NpkiUnsupportedError(`encryption ${oid}`);
  const derivation = readDerivation(reader.inside(tags.sequence), scheme.most);
  return {
    form: scheme.form,
    decrypt: async (encrypted, password) => {
      const { key, iv } = scheme.derive(password, derivation);
      return scheme.cipher.decrypt(key, iv, encrypted);
    },
  };
}

function readPbes2(parameters: DerReader): Decryption {
  const derivation = parameters.inside(tags.sequence);
  const function_ = derivation.objectIdentifier();
  if (function_ !== oids.pbkdf2) throw new NpkiUnsupportedError(`key derivation ${function_}`);
  const { salt, iterations, keyLength, prf } = readPbkdf2(derivation.inside(tags.sequence));
  const scheme = parameters.inside(tags.sequence);
  const name = named(ciphers, scheme.objectIdentifier(), 'cipher');
  const cipher: CbcCipher = ciphers[name].cipher;
  const iv = scheme.content(tags.octetString);
  if (iv.length !== cipher.blockLength) throw new FormatError('the IV has the wrong length');
  if (keyLength !== undefined && keyLength !== cipher.keyLength)
    throw new FormatError('the key length does not match the cipher');
  return {
    form: `PBES2-${prf}-${name}`,
    decrypt: async (encrypted, password) => {
      const key = await pbkdf2(prfs[prf].hash, password, { salt, iterations }, cipher.keyLength);
      return cipher.decrypt(key, iv, encrypted);
    },
  };
}

function readPbkdf2(parameters: DerReader) {
  const salt = readSalt(parameters);
  const iterations = readIterations(parameters);
  const keyLength = parameters.tag === tags.integer ? parameters.smallInteger() : undefined;
  const prfOid = parameters.done ? oids.hmacWithSha1 : parameters.inside(tags.sequence).objectIdentifier();
  return { salt, iterations, keyLength, prf: named(prfs, prfOid, 'pseudorandom function') };
}

function named<Name extends string>(
  known: Record<Name, { readonly oid: string }>,
  oid: string,
  what: string,
): Name {
  const name = (Object.keys(known) as Name[]).find((key) => known[key].oid === oid);
  if (!name) throw new NpkiUnsupportedError(`${what} ${oid}`);
  return name;
}

function readDerivation(parameters: DerReader, most: number): Derivation {
  const salt = readSalt(parameters);
  const iterations = readIterations(parameters, most);
  return { salt, iterations };
}

const maxSaltBytes = 1024;

function readSalt(parameters: DerReader): Bytes {
  const salt = parameters.content(tags.octetString);
  if (salt.length === 0 || salt.length > maxSaltBytes) throw new FormatError('the salt is empty or too long');
  return salt;
}

export function readIterations(parameters: DerReader, most = maxIterations): number {
  const iterations = parameters.smallInteger();
  if (iterations < 1 || iterations > most) throw new FormatError('the iteration count is out of bounds');
  return iterations;
}

/** A scheme that derives key and IV from the password, with salt and iteration count as parameters. */
interface SaltedScheme {
  readonly form: ReadForm;
  readonly most: number;
  readonly cipher: CbcCipher;
  readonly derive: (password: Uint8Array, derivation: Derivation) => { key: Bytes; iv: Bytes };
}

/** PBES1 (RFC 8018 section 6.1): 16 bytes are derived, 8 for the key and 8 for the IV. */
const pbes1 = (hash: 'MD5' | 'SHA1', name: 'DES' | 'RC2', cipher: CbcCipher): SaltedScheme => ({
  form: `PBES1-${hash}-${name}`,
  most: maxPbkdf1Iterations,
  cipher,
  derive: (password, derivation) => {
    const derived = pbkdf1(hash, password, derivation);
    return { key: derived.slice(0, 8), iv: derived.slice(8, 16) };
  },
});

/** RFC 7292 appendix C. */
const pkcs12 = (name: string, cipher: CbcCipher): SaltedScheme => ({
  form: `PKCS12-SHA1-${name}`,
  most: maxPkcs12Iterations,
  cipher,
  derive: (password, derivation) => ({
    key: pkcs12Derive('SHA-1', 'key', password, derivation, cipher.keyLength),
    iv: pkcs12Derive('SHA-1', 'iv', password, derivation, cipher.blockLength),
  }),
});

/**
 * PBKDF1 with SHA-1 makes 20 bytes: 16 for the key, and 4 whose hash gives the IV. RFC 8018 differs: it takes both from
 * 16 bytes.
 */
function seedKey(password: Uint8Array, derivation: Derivation): { key: Bytes; iv: Bytes } {
  const derived = pbkdf1('SHA1', password, derivation);
  return { key: derived.slice(0, 16), iv: Uint8Array.from(sha1(derived.subarray(16, 20)).subarray(0, 16)) };
}

const seedScheme = { most: maxPbkdf1Iterations, cipher: seed };
/** The IV of the oldest key files. */
const fixedSeedIv = new TextEncoder().encode('0123456789012345');

const saltedSchemes: Readonly<Record<string, SaltedScheme>> = {
  [oids.pbeWithSha1AndSeedCbc]: { ...seedScheme, form: 'PBES1-SHA1-SEED', derive: seedKey },
  // Old files have the cipher in place of the scheme.
  [oids.seedCbc]: {
    ...seedScheme,
    form: 'PBES1-SHA1-SEED-FIXEDIV',
    derive: (password, derivation) => ({ key: seedKey(password, derivation).key, iv: fixedSeedIv }),
  },
  [oids.pbeWithMd5AndDesCbc]: pbes1('MD5', 'DES', des),
  [oids.pbeWithMd5AndRc2Cbc]: pbes1('MD5', 'RC2', rc2(8)),
  [oids.pbeWithSha1AndDesCbc]: pbes1('SHA1', 'DES', des),
  [oids.pbeWithSha1AndRc2Cbc]: pbes1('SHA1', 'RC2', rc2(8)),
  [oids.pbeWithSha1And3KeyTripleDesCbc]: pkcs12('3DES', tripleDes),
  [oids.pbeWithSha1And2KeyTripleDesCbc]: pkcs12('3DES2KEY', twoKeyTripleDes),
  [oids.pbeWithSha1And128BitRc2Cbc]: pkcs12('RC2128', rc2(16)),
  [oids.pbeWithSha1And40BitRc2Cbc]: pkcs12('RC240', rc2(5)),
};
