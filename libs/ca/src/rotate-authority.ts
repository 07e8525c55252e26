import { pemOf } from '#libs/der';
import { authorityFiles, generationsIn } from './authority-files.js';
import { issuingCertificate } from './authority-certificate.js';
import { withLock } from './directory-lock.js';
import { writeChain } from './create-authority.js';
import { openRootOf, readPemCertificate, type RootLocation } from './open-root.js';
import { issuingAuthority, type IssuingAuthority } from './issuing-authority.js';
import { issuingKeys, type IssuingKeysOptions } from './issuing-keys.js';
import { X509Certificate } from './peculiar.js';
import { writeFileAtomically } from './atomic-file.js';

/** Two rotations within a day are one that was asked for twice. */
const minimumIntervalMs = 24 * 3_600_000;
/** What a new issuing CA must have before it: a certificate's year, and one in which it is the one that signs. */
const minimumRootLifetimeMs = 2 * 366 * 24 * 3_600_000;

/** A rotation that is not made as things stand. */
export class RotationRefused extends Error {
  override readonly name = 'RotationRefused';
}

/**
 * Says which generation a rotation would make.
 * @throws {RotationRefused} if the newest is less than a day old, or the root ends within two years
 */
export function plannedRotation(directory: string, now: Date): { readonly generation: number } {
  const files = authorityFiles(directory);
  const [newest] = generationsIn(directory);
  if (newest === undefined) throw new RotationRefused(`${directory} holds no issuing CA: run init first`);
  const { notBefore } = new X509Certificate(readPemCertificate(files.issuingCertificate(newest)));
  const settled = new Date(notBefore.getTime() + minimumIntervalMs);
  if (settled > now) {
    throw new RotationRefused(
      `generation ${newest} was made at ${notBefore.toISOString()}; the next one may follow after ${settled.toISOString()}`,
    );
  }
  const root = new X509Certificate(readPemCertificate(files.rootCertificate));
  if (root.notAfter.getTime() - now.getTime() < minimumRootLifetimeMs) {
    throw new RotationRefused(
      `the root ends at ${root.notAfter.toISOString()}: a new issuing CA needs a new root`,
    );
  }
  return { generation: newest + 1 };
}

export interface IssuingRotation extends IssuingKeysOptions {
  readonly root: RootLocation;
  /** Address of the status app, which the certificate carries. */
  readonly statusUrl: string;
  readonly now: Date;
  /** Is given the new issuing CA before anybody sees it: for what must be there when it begins to sign. */
  prepare(authority: IssuingAuthority): Promise<void>;
}

/**
 * Makes the next generation of the issuing CA: a new key, a new name, certified by the root. From the moment its
 * certificate is in the directory it signs certificates; the generations before go on signing their CRLs.
 *
 * @throws {RotationRefused} see {@link plannedRotation}
 * @throws {KeyStoreError} if the root is not there, or is another than that of the directory, or another process is
 *   at it
 */
export async function rotateIssuingAuthority(rotation: IssuingRotation): Promise<IssuingAuthority> {
  const { directory, now } = rotation;
  plannedRotation(directory, now);
  // Two at once would put the key of one beside the certificate of the other.
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
  writeFileAtomically(files.issuingCertificate(generation), pemOf(certificate), 0o644);
  writeChain(directory);
  return authority;
}
