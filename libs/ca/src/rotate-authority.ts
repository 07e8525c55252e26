import { pemOf } from '#libs/der';
import { authorityFiles, generationsIn } from './authority-files.js';
import { issuingCertificate } from './authority-certificate.js';
import { withLock } from './directory-lock.js';
import { writeChain } from './create-authority.js';
import { openRootOf, readPemCertificate, type RootLocation } from './open-root.js';
import { issuingAuthority, type IssuingAuthority } from './issuing-authority.js';
import { issuingKeys, type IssuingKeysOptions } from './issuing-keys.js';
import { X509Certificate } from './peculiar.js';
import { replaceFile } from './atomic-file.js';

/** A second rotation within a day is most likely a repeated command. */
const minimumIntervalMs = 24 * 3_600_000;
/** A new issuing CA needs a year in which it signs certificates, and a year until the last of them expires. */
const minimumRootLifetimeMs = 2 * 366 * 24 * 3_600_000;

/** A rotation is refused at this time. The message names the reason. */
export class RotationRefused extends Error {
  override readonly name = 'RotationRefused';
}

/**
 * The generation that a rotation would make.
 * @throws {RotationRefused} if the newest generation is less than a day old, or the root expires within two years
 */
export function plannedRotation(directory: string, now: Date): { readonly generation: number } {
  const files = authorityFiles(directory);
  const [newest] = generationsIn(directory);
  if (newest === undefined) throw new RotationRefused(`${directory} has no issuing CA: run init first`);
  const { notBefore } = new X509Certificate(readPemCertificate(files.issuingCertificate(newest)));
  const settled = new Date(notBefore.getTime() + minimumIntervalMs);
  if (settled > now) {
    throw new RotationRefused(
      `generation ${newest} was made at ${notBefore.toISOString()}; the next one is possible after ${settled.toISOString()}`,
    );
  }
  const root = new X509Certificate(readPemCertificate(files.rootCertificate));
  if (root.notAfter.getTime() - now.getTime() < minimumRootLifetimeMs) {
    throw new RotationRefused(
      `the root expires at ${root.notAfter.toISOString()}: a new issuing CA needs a new root`,
    );
  }
  return { generation: newest + 1 };
}

export interface IssuingRotation extends IssuingKeysOptions {
  readonly root: RootLocation;
  /** Address of the status app, for the certificate. */
  readonly statusUrl: string;
  readonly now: Date;
  /**
   * Called with the new issuing CA before it is published. Makes everything that the CA needs when it starts to sign.
   */
  prepare(authority: IssuingAuthority): Promise<void>;
}

/**
 * Makes the next generation of the issuing CA: a new key and a new name, certified by the root. It signs certificates as
 * soon as its certificate is in the directory; earlier generations continue to sign their CRLs.
 *
 * @throws {RotationRefused} see {@link plannedRotation}
 * @throws {KeyStoreError} if the root is missing, is not the root of the directory, or another process is changing the
 *   authority
 */
export async function rotateIssuingAuthority(rotation: IssuingRotation): Promise<IssuingAuthority> {
  const { directory, now } = rotation;
  plannedRotation(directory, now);
  // Two processes at once would mix the key of one with the certificate of the other.
  return withLock(authorityFiles(directory).lock, () => makeNextGeneration(rotation));
}

async function makeNextGeneration(rotation: IssuingRotation): Promise<IssuingAuthority> {
  const { directory, now } = rotation;
  const { generation } = plannedRotation(directory, now);
  const files = authorityFiles(directory);
  const root = openRootOf(directory, rotation.root);
  const keyStore = await issuingKeys(rotation).create(generation);
  const certificate = await issuingCertificate(root, {
    publicKey: keyStore.publicKey(),
    generation,
    statusUrl: rotation.statusUrl,
    now,
  });
  const authority = issuingAuthority(keyStore, [certificate, Buffer.from(root.certificate.rawData)]);
  await rotation.prepare(authority);
  replaceFile(files.issuingCertificate(generation), pemOf(certificate), 0o644);
  writeChain(directory);
  return authority;
}
