import type { WebCryptoKey } from '#libs/client';
import {
  defaultKeyForm,
  npkiFiles,
  npkiFolderName,
  npkiZip,
  privateKeyFileName,
  readPrivateKeyFile,
  writePkcs12,
  writePrivateKeyFile,
  type EncryptionForm,
} from '#libs/npki';
import { importPrivate, decrypt, type KeptKey } from './own-key.js';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Forms of `signPri.key` that the page writes, with their iterations: the one that most programs open first. Programs of
 * PBES1's time expect its usual count.
 */
const iterationsOf = {
  [defaultKeyForm]: 200_000,
  'PBES1-SHA1-SEED': 2_048,
  'PBES2-HMACSHA256-AES256': 100_000,
} as const satisfies Partial<Record<EncryptionForm, number>>;

/** The forms that a customer can choose for programs that do not open the usual one. */
export const otherKeyForms = ['PBES1-SHA1-SEED', 'PBES2-HMACSHA256-AES256'] as const;
export type KeyForm = (typeof otherKeyForms)[number];

/** Encrypts the key as `signPri.key` with a password that the gateway has not verified yet. */
export async function tryPassword(key: KeptKey, password: string): Promise<KeptKey> {
  const opened = key.locked ? await decrypt(key, key.locked) : undefined;
  if (!opened) return key;
  const random = await decrypt(key, key.random);
  const candidate = new Uint8Array(
    await writePrivateKeyFile({
      privateKey: opened,
      random,
      password,
      form: defaultKeyForm,
      iterations: iterationsOf[defaultKeyForm],
    }),
  );
  opened.fill(0);
  return { ...key, candidate };
}

/** Keeps the file of a verified password, and drops the copy of the key that opens without a password. */
export function acceptPassword({ candidate, locked: _, ...key }: KeptKey): KeptKey {
  return { ...key, file: candidate ?? key.file };
}

export interface IssuedFiles {
  readonly certificate: Bytes;
  readonly authorities: readonly Bytes[];
  readonly keyFile: Bytes;
}

/** A zip of the folder in which clients look for joint certificates. */
export function folderZip({ certificate, authorities, keyFile }: IssuedFiles): Bytes {
  return npkiZip({ certificate, authorities, privateKeyFile: keyFile }, new Date());
}

/**
 * The same files with `signPri.key` in another form.
 *
 * @throws NpkiKeyError if the password is wrong
 */
export async function inForm(files: IssuedFiles, form: KeyForm, password: string): Promise<IssuedFiles> {
  const { privateKey, random } = await readPrivateKeyFile(files.keyFile, password);
  const iterations = iterationsOf[form];
  return { ...files, keyFile: await writePrivateKeyFile({ privateKey, random, form, password, iterations }) };
}

/** @throws NpkiKeyError if the password is wrong */
export async function pkcs12(
  { certificate, authorities, keyFile }: IssuedFiles,
  password: string,
): Promise<Bytes> {
  const { privateKey, random } = await readPrivateKeyFile(keyFile, password);
  const friendlyName = npkiFolderName(certificate);
  return writePkcs12({ privateKey, random, certificate, authorities, password, friendlyName });
}

/**
 * Opens the private key from the files of the folder, as a client of joint certificates does.
 *
 * @throws NpkiKeyError if the password is wrong
 */
export async function openFolder(
  { certificate, authorities, keyFile }: IssuedFiles,
  password: string,
): Promise<WebCryptoKey> {
  const files = npkiFiles({ certificate, authorities, privateKeyFile: keyFile });
  const file = [...files].find(([path]) => path.endsWith(privateKeyFileName))![1];
  const { privateKey } = await readPrivateKeyFile(file, password);
  return importPrivate(new Uint8Array(privateKey));
}
