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

/** What is to happen to a certificate that was signed. */
export type StatusChange =
  | {
      readonly act: 'revoke';
      readonly reason: ReasonToRevoke;
      /** Since when its key is believed to be in other hands (RFC 5280 section 5.3.2); not in the future. */
      readonly invalidityDate?: Date;
    }
  | { readonly act: 'hold' }
  | { readonly act: 'release' };

/** What a change came to. `certificate` and `was` tell how it was before. */
export type ChangedStatus =
  | { readonly outcome: 'DONE'; readonly certificate: CertificateRow; readonly was: CertificateStatus }
  | { readonly outcome: ActRefusal | 'UNKNOWN' };

/**
 * The one way in which a certificate that was signed changes its status, but for the withdrawal of an unregistered one
 * with its reissue (`withdrawCertificatesOf`). Locks the certificate, and changes nothing where the table of acts in
 * the domain forbids it. Revoked for `keyCompromise`, it takes its key with it: nobody gets that certified again.
 *
 * The caller holds the locks on the holder and, where it is not yet registered, on its reissue; and writes event and
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
