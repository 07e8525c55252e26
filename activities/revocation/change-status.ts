import {
  outcomeOfAct,
  certificateStatusOf,
  type ActRefusal,
  type CertificateStatus,
  type ReasonToRevoke,
} from '#libs/domain';
import type { Database, PrivilegeOf, Tx } from '#libs/db';
import {
  blockKey,
  lockCertificate,
  writeHold,
  writeRevocation,
  type CertificateRow,
} from '#libs/db/certificates';

/** Worker and signer both change certificates, so a query here may only use privileges that both roles have. */
type SharedPrivilege = PrivilegeOf<'signer'> & PrivilegeOf<'worker'>;
export type RevocationDatabase = Database<SharedPrivilege>;
export type RevocationTx = Tx<SharedPrivilege>;

/** A change of the status of a signed certificate. */
export type StatusChange =
  | {
      readonly act: 'revoke';
      readonly reason: ReasonToRevoke;
      /** When its key is believed to have been compromised (RFC 5280 section 5.3.2); not in the future. */
      readonly invalidityDate?: Date;
    }
  | { readonly act: 'hold' }
  | { readonly act: 'release' };

/** The outcome of a change. `certificate` and `was` are the row and the status before the change. */
export type ChangedStatus =
  | { readonly outcome: 'DONE'; readonly certificate: CertificateRow; readonly was: CertificateStatus }
  | { readonly outcome: ActRefusal | 'UNKNOWN' };

/**
 * Changes the status of a signed certificate. All changes use this function, except the withdrawal of an unregistered
 * certificate with its reissue (`withdrawCertificatesOf`). Locks the certificate; the table of acts in the domain decides
 * whether the change is allowed. A revocation for `keyCompromise` also blocks the key for future certificates.
 *
 * The caller holds the lock on the customer and, for an unregistered certificate, on its reissue. It writes event and
 * audit entry in the same transaction.
 */
export async function changeStatus(
  tx: RevocationTx,
  serial: string,
  change: StatusChange,
  now: Date,
): Promise<ChangedStatus> {
  const certificate = await lockCertificate(tx, serial);
  if (!certificate) return { outcome: 'UNKNOWN' };
  const was = certificateStatusOf(certificate, now);
  const outcome = outcomeOfAct(change.act, was);
  if (outcome !== 'DONE') return { outcome };

  if (change.act === 'revoke') {
    const { reason, invalidityDate } = change;
    await writeRevocation(tx, serial, { reason, at: now, ...(invalidityDate ? { invalidityDate } : {}) });
    if (reason === 'keyCompromise')
      await blockKey(tx, { spkiSha256: certificate.spki_sha256, reason, serial, at: now });
  } else {
    await writeHold(tx, serial, change.act === 'hold' ? now : null);
  }
  return { outcome, certificate, was };
}
