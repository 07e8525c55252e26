import { existsSync, readFileSync } from 'node:fs';
import type { Certifier } from './authority-certificate.js';
import { authorityFiles } from './authority-files.js';
import { signCrl } from './crl.js';
import type { CrlEntry } from './crl-entries.js';
import { DerReader } from '#libs/der';
import { withLock } from './directory-lock.js';
import { issuerIdentityOf } from './issuing-authority.js';
import { KeyStoreError } from './key-store.js';
import { openRootOf, readPemCertificate, type RootLocation } from './open-root.js';
import { X509Certificate, X509Crl } from './peculiar.js';
import { crlReasonCodes, type CrlReason } from './revocation-reason.js';
import { wholeSeconds } from './validity.js';
import { replaceFile } from './atomic-file.js';

const dayMs = 86_400_000;
/**
 * The CRL of the root is valid for a year, because the root is offline. A new one is due when a third of the year is
 * left.
 */
const validityMs = 366 * dayMs;
const dueBeforeEndMs = 122 * dayMs;

/** The root's CRL: the issuing CAs that it has revoked. */
export interface RootCrl {
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entries: readonly CrlEntry[];
  readonly der: Buffer;
}

/**
 * Reads the root's CRL in a CA's directory; undefined if there is none yet.
 * @throws {KeyStoreError} if the file is not a CRL, or another root signed it
 */
export async function readRootCrl(directory: string): Promise<RootCrl | undefined> {
  const { rootCrl, rootCertificate } = authorityFiles(directory);
  if (!existsSync(rootCrl)) return undefined;
  try {
    return await parseRootCrl(readFileSync(rootCrl), readPemCertificate(rootCertificate));
  } catch (error) {
    throw new KeyStoreError(`${rootCrl} is not a CRL of the root in ${rootCertificate}`, { cause: error });
  }
}

/**
 * Parses a CRL and verifies the root's signature.
 * @param root DER of the root's certificate
 * @throws Error if it is not a CRL, or another root signed it
 */
export async function parseRootCrl(der: Buffer, root: Uint8Array): Promise<RootCrl> {
  const crl = new X509Crl(der);
  const number = crl.extensions.find(({ type }) => type === '2.5.29.20');
  if (!number || !crl.nextUpdate) throw new Error('the CRL has no number or no nextUpdate');
  if (!(await crl.verify({ publicKey: new X509Certificate(root) })))
    throw new Error('another key signed the CRL');
  return {
    number: BigInt(`0x${new DerReader(Buffer.from(number.value)).integer().toString('hex')}`),
    thisUpdate: crl.thisUpdate,
    nextUpdate: crl.nextUpdate,
    entries: crl.entries.map(({ serialNumber, revocationDate, reason }) => ({
      serial: serialNumber,
      revokedAt: revocationDate,
      reason: reasons.get(reason ?? 0) ?? 'unspecified',
    })),
    der,
  };
}

const reasons = new Map(
  Object.entries(crlReasonCodes).map(([reason, code]) => [code as number, reason as CrlReason]),
);

/** Whether a new root CRL is due: there is none, or it expires within a third of a year. */
export const rootCrlDue = (crl: RootCrl | undefined, now: Date): boolean =>
  !crl || crl.nextUpdate.getTime() - now.getTime() < dueBeforeEndMs;

interface RootCrlOrder {
  /** The CA's directory, which contains the CRL. */
  readonly directory: string;
  readonly root: RootLocation;
  readonly thisUpdate: Date;
  /** The newest CRL of the root that was published: the directory may have been restored from a backup. */
  readonly known?: RootCrl | undefined;
  /** Issuing CAs to revoke. */
  readonly more?: readonly CrlEntry[];
}

/**
 * Signs the root's next CRL and writes it to the CA's directory. It contains all entries of earlier CRLs.
 *
 * @throws {KeyStoreError} if the root is missing, is not the root of the directory, or another process is changing the
 *   authority
 */
export async function issueRootCrl({ directory, root, known, ...order }: RootCrlOrder): Promise<RootCrl> {
  return withLock(authorityFiles(directory).lock, async () => {
    const certifier = openRootOf(directory, root);
    const before = [await readRootCrl(directory), known].filter((crl) => crl !== undefined);
    return writeRootCrl(certifier, { directory, before, ...order });
  });
}

interface NextCrl extends Pick<RootCrlOrder, 'directory' | 'thisUpdate' | 'more'> {
  readonly before?: readonly RootCrl[];
}

/** Signs and writes the next or first CRL. The caller holds the lock of the directory. */
export async function writeRootCrl(
  root: Certifier,
  { directory, before = [], thisUpdate, more = [] }: NextCrl,
): Promise<RootCrl> {
  const from = wholeSeconds(thisUpdate);
  const end = Math.min(from.getTime() + validityMs, root.certificate.notAfter.getTime());
  const contents = {
    number: before.reduce((highest, { number }) => (number > highest ? number : highest), 0n) + 1n,
    thisUpdate: from,
    nextUpdate: new Date(end),
    entries: withoutRepeats([...more, ...before.flatMap(({ entries }) => entries)]),
  };
  const { certificate, keyStore } = root;
  const der = await signCrl({ identity: issuerIdentityOf(certificate, keyStore), keyStore }, contents);
  replaceFile(authorityFiles(directory).rootCrl, der, 0o644);
  return { ...contents, der };
}

/** One entry for each certificate: the last one in the list, because the first published entry is valid. */
const withoutRepeats = (entries: readonly CrlEntry[]): CrlEntry[] => [
  ...new Map(entries.map((entry) => [BigInt(`0x${entry.serial}`), entry])).values(),
];
