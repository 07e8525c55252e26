import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { pemOf } from '#libs/der';
import { authorityFiles, generationsIn, rootFiles } from './authority-files.js';
import { withLock } from './directory-lock.js';
import { issuingCertificate, rootCertificate, type Certifier } from './authority-certificate.js';
import { issuingKeys } from './issuing-keys.js';
import { KeyStoreError } from './key-store.js';
import { createKeyFile } from './key-store/file.js';
import type { Token } from './key-store/pkcs11.js';
import { openRoot, readPemCertificate, type RootLocation } from './open-root.js';
import { pemBundle } from './pem.js';
import { writeRootCrl } from './root-crl.js';
import { migrateEarlierLayout } from './earlier-layout.js';
import { replaceFile } from './atomic-file.js';

export interface NewAuthority {
  /** The signer's directory: certificates, and the issuing CA's key files. */
  readonly directory: string;
  /** `o` in the names of both CAs and of all certificate holders. */
  readonly organisation: string;
  /** Encrypts the issuing CA's key files. */
  readonly passphrase: string;
  /** Directory of the root and passphrase of its key; by default `<directory>-root` and the same passphrase. */
  readonly root?: RootLocation;
  /** The token that makes the issuing CA's key; without it the key is in a file. */
  readonly token?: Token;
  /** Address of the status app, for the issuing CA's certificate. */
  readonly statusUrl: string;
  readonly now: Date;
}

/**
 * Creates a certificate authority: a root (P-384, 20 years) in a directory that the signer never reads, and the first
 * generation of an issuing CA (P-256, 10 years, signs end entities only). An existing authority is kept. Each directory
 * appears with its whole content or not at all; after an interruption, the next call continues.
 *
 * @throws {KeyStoreError} if a directory contains part of an authority, the root is needed and missing, or another
 *   process is changing the authority; nothing is overwritten then
 */
export async function createCertificateAuthority(authority: NewAuthority): Promise<'created' | 'kept'> {
  const { directory, passphrase } = authority;
  const root = authority.root ?? { directory: `${directory}-root`, passphrase };
  migrateEarlierLayout(directory, passphrase, root);
  if (isComplete(directory)) return 'kept';
  mkdirSync(dirname(directory), { recursive: true });
  // Two processes at once would each make a key in the token, with the same label.
  return withLock(`${directory}.lock`, () => create(authority, root));
}

async function create(authority: NewAuthority, root: RootLocation): Promise<'created' | 'kept'> {
  const { directory, organisation, now } = authority;
  if (isComplete(directory)) return 'kept';
  const lacking = existsSync(authorityFiles(directory).rootCertificate) ? 'issuing-1.crt' : 'root.crt';
  requireEmpty(directory, lacking);
  if (!existsSync(rootFiles(root.directory).key)) {
    requireEmpty(root.directory, 'root.key');
    await createRoot(root, organisation, now);
  }
  await createFirstGeneration(authority, openRoot(root));
  return 'created';
}

function requireEmpty(directory: string, lacking: string): void {
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw new KeyStoreError(`${directory} is not empty, but ${lacking} is missing`);
}

/** `chain.pem` can be missing: it is a copy of the certificates and is written again. */
function isComplete(directory: string): boolean {
  if (!existsSync(authorityFiles(directory).rootCertificate) || generationsIn(directory).length === 0)
    return false;
  writeChain(directory);
  return true;
}

async function createRoot(root: RootLocation, organisation: string, now: Date): Promise<void> {
  await createAtomically(root.directory, async (draft) => {
    const files = rootFiles(draft);
    const keyStore = createKeyFile(files.key, root.passphrase, 'P-384');
    replaceFile(files.certificate, pemOf(await rootCertificate(keyStore, organisation, now)), 0o644);
  });
}

async function createFirstGeneration(
  { directory, passphrase, token, statusUrl, now }: NewAuthority,
  root: Certifier,
): Promise<void> {
  await createAtomically(directory, async (draft) => {
    const files = authorityFiles(draft);
    const keys = issuingKeys({ directory: draft, passphrase, token, newKeys: token ? 'pkcs11' : 'file' });
    const publicKey = (await keys.create(1)).publicKey();
    const issuing = await issuingCertificate(root, { publicKey, generation: 1, statusUrl, now });
    replaceFile(files.rootCertificate, pemOf(Buffer.from(root.certificate.rawData)), 0o644);
    replaceFile(files.issuingCertificate(1), pemOf(issuing), 0o644);
    await writeRootCrl(root, { directory: draft, thisUpdate: now });
    writeChain(draft);
  });
}

/** Writes `chain.pem` from the certificates in the directory. */
export function writeChain(directory: string): void {
  const files = authorityFiles(directory);
  const paths = [...generationsIn(directory).map(files.issuingCertificate), files.rootCertificate];
  const content = pemBundle(paths.map(readPemCertificate));
  if (existsSync(files.chain) && readFileSync(files.chain, 'utf8') === content) return;
  replaceFile(files.chain, content, 0o644);
}

async function createAtomically(directory: string, fill: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${directory}.${process.pid}.new`;
  mkdirSync(dirname(directory), { recursive: true });
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  try {
    await fill(draft);
    renameSync(draft, directory); // replaces an empty directory and fails for any other
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}
