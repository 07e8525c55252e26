import { statSync } from 'node:fs';
import { authorityFiles, generationsIn } from './authority-files.js';
import { readPemCertificate } from './open-root.js';
import { issuingAuthority, type IssuingAuthority } from './issuing-authority.js';
import { issuingKeys, type IssuingKeys, type IssuingKeysOptions } from './issuing-keys.js';
import { KeyStoreError } from './key-store.js';
import { X509Certificate } from './peculiar.js';

/**
 * The issuing CAs of a signer. The properties change when a new generation is found or an old one expires: read them
 * again for each task, and use one value throughout a task.
 */
export interface Authorities {
  /** Signs certificates: the newest generation whose validity has begun. */
  readonly current: IssuingAuthority;
  /** All issuing CAs that have not expired, the newest first: each signs its own CRLs. */
  readonly all: readonly IssuingAuthority[];
  /** DER of the root's certificate. */
  readonly root: Buffer;
}

export interface OpenAuthorities extends Authorities {
  /**
   * Opens generations that were added since the last call. `prepare` is called before they are used; if it rejects,
   * nothing changes.
   * @returns whether there are new generations
   * @throws {KeyStoreError} as {@link openAuthorities}
   */
  reload(prepare?: (found: Authorities) => Promise<void>): Promise<boolean>;
  /** Closes the sessions with a token. */
  close(): Promise<void>;
}

/** A signer with only one issuing CA. */
export const soleAuthority = (authority: IssuingAuthority): Authorities => ({
  current: authority,
  all: [authority],
  root: authority.chain[1],
});

/**
 * Opens all generations of the issuing CA whose certificates have not expired.
 *
 * @throws {KeyStoreError} if there is none, if one cannot be opened, or if a key does not match its certificate
 */
export async function openAuthorities(
  options: IssuingKeysOptions & { readonly clock: () => Date },
): Promise<OpenAuthorities> {
  const { directory, clock } = options;
  const keys = issuingKeys(options);
  let seen = fileVersions(directory);
  let held = await openAll(directory, keys, clock()).catch(async (error: unknown) => {
    await keys.close();
    throw error;
  });
  const now = () => authoritiesAt(held, clock());
  return {
    get current() {
      return now().current;
    },
    get all() {
      return now().all;
    },
    get root() {
      return now().root;
    },
    async reload(prepare) {
      const versions = fileVersions(directory);
      if (versions === seen) return false;
      const found = await openAll(directory, keys, clock());
      await prepare?.(authoritiesAt(found, clock()));
      [held, seen] = [found, versions];
      return true;
    },
    close: () => keys.close(),
  };
}

async function openAll(directory: string, keys: IssuingKeys, now: Date): Promise<IssuingAuthority[]> {
  const files = authorityFiles(directory);
  const root = readPemCertificate(files.rootCertificate);
  const opened: IssuingAuthority[] = [];
  for (const generation of generationsIn(directory)) {
    const certificate = readPemCertificate(files.issuingCertificate(generation));
    if (new X509Certificate(certificate).notAfter <= now) continue; // its key may have been destroyed
    opened.push(issuingAuthority(await keys.open(generation), [certificate, root]));
  }
  if (opened.length === 0) throw new KeyStoreError(`${directory} holds no issuing CA that has not expired`);
  return opened;
}

/** @param held the newest first */
function authoritiesAt(held: readonly IssuingAuthority[], now: Date): Authorities {
  const unexpired = held.filter(({ identity }) => identity.notAfter > now);
  // The clock of the machine that made a generation may be ahead, so the newest may not have begun. If all have expired,
  // the last one stays: it cannot certify anything, and signing fails with the reason.
  const all = unexpired.length > 0 ? unexpired : held.slice(0, 1);
  const current = all.find(({ notBefore }) => notBefore <= now) ?? all.at(-1)!;
  return { current, all, root: current.chain[1] };
}

/** A text that changes when a generation is added. Certificates are written once and never changed. */
function fileVersions(directory: string): string {
  const files = authorityFiles(directory);
  return generationsIn(directory)
    .map((generation) => `${generation}:${statSync(files.issuingCertificate(generation)).mtimeMs}`)
    .join();
}
