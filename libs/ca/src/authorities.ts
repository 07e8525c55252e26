import { statSync } from 'node:fs';
import { authorityFiles, generationsIn } from './authority-files.js';
import { readPemCertificate } from './open-root.js';
import { issuingAuthority, type IssuingAuthority } from './issuing-authority.js';
import { issuingKeys, type IssuingKeys, type IssuingKeysOptions } from './issuing-keys.js';
import { KeyStoreError } from './key-store.js';
import { X509Certificate } from './peculiar.js';

/**
 * The issuing CAs a signer holds. What these properties say changes when a new generation is noticed or an old one
 * ends: read them anew for each use, and keep one value through one use.
 */
export interface Authorities {
  /** Signs certificates: the newest generation whose validity has begun. */
  readonly current: IssuingAuthority;
  /** All that have not expired, the newest first: each signs its own CRLs. */
  readonly all: readonly IssuingAuthority[];
  /** DER of the root's certificate. */
  readonly root: Buffer;
}

export interface OpenAuthorities extends Authorities {
  /**
   * Looks for generations that were added since. They are shown to `adopt` before they are used; if that rejects,
   * everything stays as it was.
   * @returns whether there were any
   * @throws {KeyStoreError} as at opening
   */
  reload(adopt?: (found: Authorities) => Promise<void>): Promise<boolean>;
  /** Ends the sessions with a token. */
  close(): Promise<void>;
}

/** One issuing CA as all there is. */
export const soleAuthority = (authority: IssuingAuthority): Authorities => ({
  current: authority,
  all: [authority],
  root: authority.chain[1],
});

/**
 * Opens all generations of the issuing CA whose certificates have not expired.
 *
 * @throws {KeyStoreError} if there is none, if one cannot be opened, or if key and certificates do not belong
 *   together
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
  const standing = () => authoritiesAt(held, clock());
  return {
    get current() {
      return standing().current;
    },
    get all() {
      return standing().all;
    },
    get root() {
      return standing().root;
    },
    async reload(adopt) {
      const now = fileVersions(directory);
      if (now === seen) return false;
      const found = await openAll(directory, keys, clock());
      await adopt?.(authoritiesAt(found, clock()));
      [held, seen] = [found, now];
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
    if (new X509Certificate(certificate).notAfter <= now) continue; // its key may be destroyed by now
    opened.push(issuingAuthority(await keys.open(generation), [certificate, root]));
  }
  if (opened.length === 0) throw new KeyStoreError(`${directory} holds no issuing CA that has not expired`);
  return opened;
}

/** @param held the newest first */
function authoritiesAt(held: readonly IssuingAuthority[], now: Date): Authorities {
  const unexpired = held.filter(({ identity }) => identity.notAfter > now);
  // Of another machine's clock a new generation may lie in the future. And where all have expired, the last one
  // stays: it builds nothing any more, and whoever asks it is told so.
  const all = unexpired.length > 0 ? unexpired : held.slice(0, 1);
  const current = all.find(({ notBefore }) => notBefore <= now) ?? all.at(-1)!;
  return { current, all, root: current.chain[1] };
}

/** Changes when a generation is added. Certificates are written once and never changed. */
function fileVersions(directory: string): string {
  const files = authorityFiles(directory);
  return generationsIn(directory)
    .map((generation) => `${generation}:${statSync(files.issuingCertificate(generation)).mtimeMs}`)
    .join();
}
