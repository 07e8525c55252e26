/** Password-based encryption (RFC 8018, PKCS #5) as joint certificates use it, with SEED, and with AES for PKCS #12. */
import { sha1 } from '@noble/hashes/legacy.js';
import { concatBytes, randomBytes } from '@noble/hashes/utils.js';
import {
  type Bytes,
  DerReader,
  type Element,
  inside,
  integer,
  NpkiFormatError,
  nullValue,
  objectIdentifier,
  octetString,
  readInteger,
  readObjectIdentifier,
  sequence,
  tags,
} from './der.js';
import { oids } from './oids.js';
import { SEED_BLOCK, seedCbcDecrypt, seedCbcEncrypt } from './seed.js';

export type Pbes1Form = 'PBES1-SHA1-SEED';
export type Pbes2Form = `PBES2-${'HMACSHA1' | 'HMACSHA256'}-${'SEED' | 'AES256'}`;
export type EncryptionForm = Pbes1Form | Pbes2Form;

/**
 * A hostile file must not keep us busy: above this count it is refused. Files in use have 2048; the highest
 * recommendation for any of the hashes is 1.3 million. Two million take a few seconds.
 */
export const MOST_ITERATIONS = 2_000_000;
/** WebCrypto has no PBKDF1, so that each of its rounds takes longer and blocks; the form has 2048 of them. */
const MOST_PBES1_ITERATIONS = 100_000;
const LONGEST_SALT = 1024;

const prfs = {
  HMACSHA1: { oid: oids.hmacWithSha1, hash: 'SHA-1' },
  HMACSHA256: { oid: oids.hmacWithSha256, hash: 'SHA-256' },
} as const;

const ciphers = {
  SEED: {
    oid: oids.seedCbc,
    keyLength: 16,
    encrypt: async (key: Bytes, iv: Bytes, plain: Uint8Array) => seedCbcEncrypt(key, iv, plain),
    decrypt: async (key: Bytes, iv: Bytes, encrypted: Uint8Array) => seedCbcDecrypt(key, iv, encrypted),
  },
  AES256: {
    oid: oids.aes256Cbc,
    keyLength: 32,
    encrypt: (key: Bytes, iv: Bytes, plain: Uint8Array) => aes('encrypt', key, iv, plain),
    decrypt: (key: Bytes, iv: Bytes, encrypted: Uint8Array) => aes('decrypt', key, iv, encrypted),
  },
} as const;

const BLOCK = SEED_BLOCK; // of both ciphers

export interface Encrypted {
  /** AlgorithmIdentifier, in DER. */
  readonly algorithm: Bytes;
  readonly encrypted: Bytes;
}

export interface EncryptionOptions {
  readonly form: EncryptionForm;
  readonly password: Uint8Array;
  readonly iterations: number;
  /** Where salt and IV come from; random unless a test wants a known result. */
  readonly random?: (length: number) => Uint8Array;
}

/** @throws RangeError if the iteration count is below 1 or above what is read again */
export async function encryptWithPassword(
  plain: Uint8Array,
  { form, password, iterations, random = randomBytes }: EncryptionOptions,
): Promise<Encrypted> {
  const most = form === 'PBES1-SHA1-SEED' ? MOST_PBES1_ITERATIONS : MOST_ITERATIONS;
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > most)
    throw new RangeError(`the iteration count must be from 1 to ${most}`);
  if (form === 'PBES1-SHA1-SEED') {
    const salt = random(8);
    const { key, iv } = pbes1Key(password, salt, iterations);
    const parameters = sequence(octetString(salt), integer(iterations));
    const algorithm = sequence(objectIdentifier(oids.pbeWithSha1AndSeedCbc), parameters);
    return { algorithm, encrypted: seedCbcEncrypt(key, iv, plain) };
  }
  const [, prf, cipher] = form.split('-') as ['PBES2', keyof typeof prfs, keyof typeof ciphers];
  const [salt, iv] = [random(prf === 'HMACSHA1' ? 8 : 16), Uint8Array.from(random(BLOCK))];
  const { oid, keyLength, encrypt } = ciphers[cipher];
  // HMAC-SHA1 is the default of prf, and a default is not written in DER.
  const prfField = prf === 'HMACSHA1' ? [] : [sequence(objectIdentifier(prfs[prf].oid), nullValue())];
  const parameters = sequence(
    sequence(objectIdentifier(oids.pbkdf2), sequence(octetString(salt), integer(iterations), ...prfField)),
    sequence(objectIdentifier(oid), octetString(iv)),
  );
  const key = await pbkdf2(prfs[prf].hash, password, salt, iterations, keyLength);
  return {
    algorithm: sequence(objectIdentifier(oids.pbes2), parameters),
    encrypted: await encrypt(key, iv, plain),
  };
}

/**
 * Decrypts what one of the forms encrypted.
 * @param algorithm AlgorithmIdentifier
 * @throws NpkiFormatError if the form is none of ours, its parameters are unreasonable, or the padding is wrong
 */
export async function decryptWithPassword(
  algorithm: Element,
  encrypted: Uint8Array,
  password: Uint8Array,
): Promise<{ form: EncryptionForm; plain: Bytes }> {
  const reader = DerReader.of(algorithm);
  const scheme = readObjectIdentifier(reader.next());
  const parameters = inside(reader);
  if (scheme === oids.pbeWithSha1AndSeedCbc) {
    const salt = readSalt(parameters.next());
    const { key, iv } = pbes1Key(password, salt, readIterations(parameters.next(), MOST_PBES1_ITERATIONS));
    return { form: 'PBES1-SHA1-SEED', plain: seedCbcDecrypt(key, iv, encrypted) };
  }
  if (scheme !== oids.pbes2) throw new NpkiFormatError(`unknown encryption ${scheme}`);
  const { salt, iterations, keyLength, prf } = readPbkdf2(inside(parameters));
  const { cipher, iv } = readCipher(inside(parameters));
  if (keyLength !== undefined && keyLength !== ciphers[cipher].keyLength)
    throw new NpkiFormatError('a key of another length');
  const key = await pbkdf2(prfs[prf].hash, password, salt, iterations, ciphers[cipher].keyLength);
  return { form: `PBES2-${prf}-${cipher}`, plain: await ciphers[cipher].decrypt(key, iv, encrypted) };
}

function readPbkdf2(derivation: DerReader) {
  if (readObjectIdentifier(derivation.next()) !== oids.pbkdf2) throw new NpkiFormatError('not PBKDF2');
  const parameters = inside(derivation);
  const salt = readSalt(parameters.next());
  const iterations = readIterations(parameters.next());
  const keyLengthField = parameters.nextIf(tags.integer);
  const keyLength = keyLengthField && readInteger(keyLengthField);
  const prfOid = parameters.done ? oids.hmacWithSha1 : readObjectIdentifier(inside(parameters).next());
  return { salt, iterations, keyLength, prf: named(prfs, prfOid) };
}

function readCipher(scheme: DerReader) {
  const cipher = named(ciphers, readObjectIdentifier(scheme.next()));
  const iv = scheme.next(tags.octetString).content;
  if (iv.length !== BLOCK) throw new NpkiFormatError('an IV of another length');
  return { cipher, iv };
}

function named<Name extends string>(known: Record<Name, { readonly oid: string }>, oid: string): Name {
  const name = (Object.keys(known) as Name[]).find((key) => known[key].oid === oid);
  if (!name) throw new NpkiFormatError(`unknown algorithm ${oid}`);
  return name;
}

function readSalt({ tag, content }: Element): Bytes {
  if (tag !== tags.octetString || content.length === 0 || content.length > LONGEST_SALT)
    throw new NpkiFormatError('not a salt');
  return content;
}

export function readIterations(element: Element, most = MOST_ITERATIONS): number {
  const iterations = readInteger(element);
  if (iterations < 1 || iterations > most) throw new NpkiFormatError('unreasonable iteration count');
  return iterations;
}

/**
 * PBKDF1 with SHA-1 (RFC 8018 section 5.1) makes 20 bytes: 16 of key and 4 that the IV is hashed from. That is where the
 * form leaves RFC 8018, which would have both in 16 bytes.
 */
function pbes1Key(password: Uint8Array, salt: Uint8Array, iterations: number): { key: Bytes; iv: Bytes } {
  let derived = sha1(concatBytes(password, salt));
  for (let count = 1; count < iterations; count += 1) derived = sha1(derived);
  const iv = sha1(derived.subarray(16, 20)).slice(0, BLOCK);
  return { key: Uint8Array.from(derived.subarray(0, 16)), iv: Uint8Array.from(iv) };
}

async function pbkdf2(
  hash: 'SHA-1' | 'SHA-256',
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Promise<Bytes> {
  const base = await crypto.subtle.importKey('raw', Uint8Array.from(password), 'PBKDF2', false, [
    'deriveBits',
  ]);
  const parameters = { name: 'PBKDF2', hash, salt: Uint8Array.from(salt), iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, base, length * 8));
}

async function aes(
  direction: 'encrypt' | 'decrypt',
  key: Bytes,
  iv: Bytes,
  input: Uint8Array,
): Promise<Bytes> {
  const imported = await crypto.subtle.importKey('raw', key, 'AES-CBC', false, [direction]);
  const crypted = crypto.subtle[direction]({ name: 'AES-CBC', iv }, imported, Uint8Array.from(input));
  return new Uint8Array(
    await crypted.catch(() => {
      throw new NpkiFormatError('wrong padding');
    }),
  );
}
