import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { authorityFiles, rootFiles } from './authority-files.js';
import type { RootLocation } from './open-root.js';
import { KeyStoreError } from './key-store.js';
import { copyKeyFile } from './key-store/file.js';

/**
 * Migrates the layout of the first releases, which had root and issuing CA in one directory, without generations. Moves
 * the root to its own directory and passphrase, and makes the issuing CA the first generation. The root's key is deleted
 * last, so that an interrupted migration starts again.
 *
 * @throws {KeyStoreError} if the root key does not open with the passphrase, or is accessible to other users
 */
export function migrateEarlierLayout(directory: string, passphrase: string, root: RootLocation): void {
  const earlierRootKey = join(directory, 'root.key');
  if (!existsSync(earlierRootKey)) return;
  const files = authorityFiles(directory);
  if (!existsSync(rootFiles(root.directory).key)) {
    const draft = `${root.directory}.new`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(dirname(root.directory), { recursive: true });
    mkdirSync(draft, { mode: 0o700 });
    copyKeyFile(earlierRootKey, passphrase, rootFiles(draft).key, root.passphrase);
    writeFileSync(rootFiles(draft).certificate, readFileSync(files.rootCertificate));
    renameSync(draft, root.directory);
  } else if (!sameFile(rootFiles(root.directory).certificate, files.rootCertificate)) {
    throw new KeyStoreError(`${root.directory} has another root than ${directory}: nothing was moved`);
  }
  // The key is first, because a generation exists as soon as its certificate does.
  for (const [from, to] of [
    ['issuing.key', files.issuingKey(1)],
    ['issuing.crt', files.issuingCertificate(1)],
  ] as const) {
    if (existsSync(join(directory, from))) renameSync(join(directory, from), to);
  }
  rmSync(earlierRootKey);
}

const sameFile = (a: string, b: string) => readFileSync(a).equals(readFileSync(b));
