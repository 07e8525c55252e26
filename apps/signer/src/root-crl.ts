import { authorityFiles, certificateKeyId, readPemCertificate, readRootCrl } from '#libs/ca';
import type { RoleDatabase } from '#libs/db';
import { storeRootCrl } from '#libs/db/crls';

/**
 * Copies the root's CRL from the CA's directory to the database, from which the status app serves it.
 * @throws {KeyStoreError} if the file is not a CRL of the root
 * @throws {RootCrlConflict} if the database has another CRL with the same number
 */
export async function publishRootCrl(db: RoleDatabase<'signer'>, directory: string): Promise<void> {
  const crl = await readRootCrl(directory);
  if (!crl) return;
  await storeRootCrl(db, {
    root_key_id: certificateKeyId(rootCertificateIn(directory)),
    number: String(crl.number),
    this_update: crl.thisUpdate,
    next_update: crl.nextUpdate,
    der: crl.der,
  });
}

/** DER of the root's certificate in a CA's directory. @throws {KeyStoreError} if there is none */
export const rootCertificateIn = (directory: string): Buffer =>
  readPemCertificate(authorityFiles(directory).rootCertificate);
