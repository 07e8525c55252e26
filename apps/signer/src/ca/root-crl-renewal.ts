import {
  certificateKeyId,
  certificateSerial,
  issueRootCrl,
  parseRootCrl,
  readRootCrl,
  rootCrlDue,
  type CrlEntry,
  type IssuingAuthority,
  type RootCrl,
} from '#libs/ca';
import { latestRootCrl } from '#libs/db/crls';
import { rootLocationOf } from '../key-locations.js';
import { publishRootCrl, rootCertificateIn } from '../root-crl.js';
import type { CommandContext } from './context.js';

/** The root's newest CRLs in the CA's directory and in the database; each may be missing. */
export interface KnownRootCrls {
  readonly inDirectory?: RootCrl | undefined;
  readonly inDatabase?: RootCrl | undefined;
}

/**
 * Reads the CRLs of the root; the issuing CA's keys are not needed.
 * @throws {KeyStoreError} if the file in the CA's directory is not a CRL of the root
 */
export async function knownRootCrls(context: CommandContext): Promise<KnownRootCrls> {
  const { directory } = context.keys();
  const root = rootCertificateIn(directory);
  const db = await context.reachableDb();
  const row = db && (await latestRootCrl(db, certificateKeyId(root)));
  return {
    inDirectory: await readRootCrl(directory),
    inDatabase: row && (await parseRootCrl(row.der, root)),
  };
}

/** The entry of an issuing CA on one of the CRLs, if the root has revoked it. */
export function revocationOf({ chain }: IssuingAuthority, crls: KnownRootCrls): CrlEntry | undefined {
  const serial = numberOf(certificateSerial(chain[0]));
  return [crls.inDirectory, crls.inDatabase]
    .flatMap((crl) => crl?.entries ?? [])
    .find((entry) => numberOf(entry.serial) === serial);
}

const numberOf = (hexadecimal: string) => BigInt(`0x${hexadecimal}`);

/**
 * Makes the root's next CRL and publishes it.
 * @throws {KeyStoreError} if the root is missing
 */
export async function makeRootCrl(context: CommandContext, more: readonly CrlEntry[] = []): Promise<RootCrl> {
  const { inDatabase } = await knownRootCrls(context);
  const crl = await issueRootCrl({
    directory: context.keys().directory,
    root: rootLocationOf(context.config()),
    thisUpdate: context.issuanceTime(),
    known: inDatabase,
    more,
  });
  await publish(context);
  return crl;
}

/** Makes the root's next CRL if it is due, and publishes it. If the root is missing, prints that it is needed. */
export async function renewRootCrl(context: CommandContext): Promise<void> {
  const { inDirectory, inDatabase } = await knownRootCrls(context);
  if (!rootCrlDue(inDirectory, context.clock()) && !isBehind(inDirectory, inDatabase))
    return publish(context);
  try {
    const { nextUpdate } = await makeRootCrl(context);
    context.out(`CRL of the root made, until ${nextUpdate.toISOString()}`);
  } catch (error) {
    context.out(`The CRL of the root is due, and was not made: ${(error as Error).message}`);
  }
}

/** Whether the database has a newer CRL than the directory, which was restored or made again. */
const isBehind = (inDirectory: RootCrl | undefined, inDatabase: RootCrl | undefined): boolean =>
  inDatabase !== undefined &&
  (inDirectory === undefined ||
    (inDatabase.number >= inDirectory.number && !inDatabase.der.equals(inDirectory.der)));

/** The signer also publishes the CRL within a minute. Without a database, no status app can serve it yet. */
async function publish(context: CommandContext): Promise<void> {
  const db = await context.reachableDb();
  if (db) await publishRootCrl(db, context.keys().directory);
}
