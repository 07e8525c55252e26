import { sha256Hex } from '#libs/ca';
import type { RoleTx } from '#libs/db';
import { appendAudits } from '#libs/db/audit';
import { storeSigned } from '#libs/db/certificates';
import { lockReissues } from '#libs/db/reissues';
import { abandonAndAudit, signingEntry, type LockWait } from './prepare.js';

/** A certificate that was signed, and whose it is. */
export interface SignedCertificate {
  readonly reissueId: string;
  readonly serial: string;
  readonly der: Buffer;
}

/**
 * Stores signed certificates whose intent still stands and whose reissue still waits for them.
 * @returns whether it did; `undefined` where somebody else holds the reissue and nobody waited for it
 */
export async function storeCertificates(
  tx: RoleTx<'signer'>,
  signed: readonly SignedCertificate[],
  waiting: LockWait,
  now: Date,
): Promise<(boolean | undefined)[]> {
  const ids = signed.map(({ reissueId }) => reissueId);
  const reissues = new Map((await lockReissues(tx, ids, waiting)).map((row) => [row.reissue_id, row.state]));
  const wanted = signed.filter(({ reissueId }) => reissues.get(reissueId) === 'ISSUING');
  const stored = await storeSigned(tx, wanted, now);
  await appendAudits(
    tx,
    wanted
      .filter(({ serial }) => stored.has(serial))
      .map(({ reissueId, serial, der }) =>
        signingEntry(reissueId, 'DONE', now, { serial, certificateDigest: sha256Hex(der) }),
      ),
  );
  return signed.map(({ reissueId, serial }) => (reissues.has(reissueId) ? stored.has(serial) : undefined));
}

/** Gives up intents of attempts that failed, as far as they are still open. */
export async function abandonOpenIntents(
  tx: RoleTx<'signer'>,
  intents: readonly { readonly reissueId: string; readonly serial: string }[],
  now: Date,
): Promise<void> {
  const ids = intents.map(({ reissueId }) => reissueId);
  await lockReissues(tx, ids, { wait: true });
  await abandonAndAudit(tx, intents, now);
}
