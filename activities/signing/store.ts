import { sha256Hex } from '#libs/ca';
import type { RoleTx } from '#libs/db';
import { appendAudits } from '#libs/db/audit';
import { storeSigned } from '#libs/db/certificates';
import { lockReissues } from '#libs/db/reissues';
import { abandonAndAudit, signingEntry, type LockWait } from './prepare.js';

/** A signed certificate and its reissue. */
export interface SignedCertificate {
  readonly reissueId: string;
  readonly serial: string;
  readonly der: Buffer;
}

/**
 * Stores signed certificates whose intent is still open and whose reissue is still in the state ISSUING.
 * @returns for each certificate whether it was stored; undefined if its reissue is locked elsewhere and `wait` is false
 */
export async function storeCertificates(
  tx: RoleTx<'signer'>,
  signed: readonly SignedCertificate[],
  lockWait: LockWait,
  now: Date,
): Promise<(boolean | undefined)[]> {
  const ids = signed.map(({ reissueId }) => reissueId);
  const reissues = new Map((await lockReissues(tx, ids, lockWait)).map((row) => [row.reissue_id, row.state]));
  const storable = signed.filter(({ reissueId }) => reissues.get(reissueId) === 'ISSUING');
  const stored = await storeSigned(tx, storable, now);
  await appendAudits(
    tx,
    storable
      .filter(({ serial }) => stored.has(serial))
      .map(({ reissueId, serial, der }) =>
        signingEntry(reissueId, 'DONE', now, { serial, certificateDigest: sha256Hex(der) }),
      ),
  );
  return signed.map(({ reissueId, serial }) => (reissues.has(reissueId) ? stored.has(serial) : undefined));
}

/** Abandons the intents of failed attempts that are still open. */
export async function abandonOpenIntents(
  tx: RoleTx<'signer'>,
  intents: readonly { readonly reissueId: string; readonly serial: string }[],
  now: Date,
): Promise<void> {
  const ids = intents.map(({ reissueId }) => reissueId);
  await lockReissues(tx, ids, { wait: true });
  await abandonAndAudit(tx, intents, now);
}
