import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { authorityFiles, rootFiles } from './authority-files.js';
import type { RootLocation } from './open-root.js';
import { KeyStoreError } from './key-store.js';
import { copyKeyFile } from './key-store/file.js';

/**
 * The first releases kept root and issuing CA in one directory, without generations. Moves the root out, under its
 * own passphrase, and makes the issuing CA the first generation. The root's key is deleted last: interrupted at any
 * point, this is repeated from the start.
 *
 * @throws {KeyStoreError} if the root key does not open with the passphrase, or can be opened by others
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
    throw new KeyStoreError(`${root.directory} holds another root than ${directory}: nothing was moved`);
  }
  // The key first: a generation is there when its certificate is.
  for (const [from, to] of [
    ['issuing.key', files.issuingKey(1)],
    ['issuing.crt', files.issuingCertificate(1)],
  ] as const) {
    if (existsSync(join(directory, from))) renameSync(join(directory, from), to);
  }
  rmSync(earlierRootKey);
}

const sameFile = (a: string, b: string) => readFileSync(a).equals(readFileSync(b));
