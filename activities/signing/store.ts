import { sha256Hex } from '#libs/ca';
import type { RoleTx } from '#libs/db';
import { lockReissueStates, storeSigned, type LockWait } from '#libs/db/certificates';
import { abandonAndAudit } from './prepare.js';
import { signingEntry } from './signing-entry.js';

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
  const states = await lockReissueStates(tx, ids, lockWait);
  const storable = signed.filter(({ reissueId }) => states.get(reissueId) === 'ISSUING');
  const entries = storable.map(({ reissueId, serial, der }) =>
    signingEntry(reissueId, 'DONE', now, { serial, certificateDigest: sha256Hex(der) }),
  );
  const stored = await storeSigned(tx, storable, entries, now);
  return signed.map(({ reissueId, serial }) => (states.has(reissueId) ? stored.has(serial) : undefined));
}

/** Abandons the intents of failed attempts that are still open. */
export async function abandonOpenIntents(
  tx: RoleTx<'signer'>,
  intents: readonly { readonly reissueId: string; readonly serial: string }[],
  now: Date,
): Promise<void> {
  const ids = intents.map(({ reissueId }) => reissueId);
  await lockReissueStates(tx, ids, { wait: true });
  await abandonAndAudit(tx, intents, now);
}
