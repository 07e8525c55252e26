import { isKeyOf } from '#libs/npki';
import type { CopyFault } from '../words/cases.js';
import { readChosenFiles, type ChosenFile } from './chosen-files.js';
import { importPrivate } from './own-key.js';

/**
 * Opens the private key of the new certificate from the files that the customer saved.
 *
 * @returns `LOCKED` if the password opens none of them, `ANOTHER` if they hold no key of this certificate
 */
export async function openSavedCopy(
  files: readonly ChosenFile[],
  password: string,
  certificate: Uint8Array,
): Promise<CryptoKey | CopyFault> {
  if (files.length === 0) return 'NO_FILE';
  const { certificates, keys, locked } = await readChosenFiles(files, password);
  if (certificates.some((one) => equal(one, certificate)))
    for (const key of keys) if (await isKeyOf(key, certificate)) return importPrivate(key);
  return locked ? 'LOCKED' : 'ANOTHER';
}

const equal = (one: Uint8Array, other: Uint8Array) =>
  one.length === other.length && one.every((octet, at) => octet === other[at]);
