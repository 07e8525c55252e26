import type { Particulars } from '#libs/domain';
import type { Database } from '#libs/db';
import { readVaultItem, readVaultItemOfReissue, type SealedItem } from '#libs/db/reissues';
import {
  EnvelopeError,
  openEnvelope,
  openParticulars,
  type EnvelopeBinding,
  type EnvelopeExpectation,
  type EnvelopePurpose,
  type VaultKeys,
} from '#libs/vault';

/** For what a secret was sealed that is not opened for a reissue. */
interface SealedFor extends EnvelopeBinding {
  /** Where the vault knows nothing else; at the start it knows the Idempotency-Key. */
  readonly sub: string;
}

/**
 * Opens sealed values by their handle, in the one activity that needs them. A value is undefined when its envelope is
 * not one made for this purpose, subject, front end and key, or is gone because its step was recorded. Its age is judged
 * by when it came in: a parked step may be retried days later.
 */
export interface Secrets {
  /** What was sealed for a reissue: for its id, at the front end that started it, for the key which its row names. */
  open(handle: string, purpose: EnvelopePurpose, reissueId: string): Promise<string | undefined>;
  /** What was sealed for a call that has no reissue, or none yet. */
  openFor(handle: string, purpose: EnvelopePurpose, sealedFor: SealedFor): Promise<string | undefined>;
  /** What the applicant of a reissue said in clear, as the gateway sealed it. */
  openParticulars(handle: string, reissueId: string): Promise<Particulars | undefined>;
}

export function createSecrets(db: Database, keys: VaultKeys): Secrets {
  const opened = (item: SealedItem, expected: Pick<EnvelopeExpectation, 'purpose' | 'sub' | 'boundTo'>) =>
    openItem(item, { ...expected, keys });
  return {
    async open(handle, purpose, reissueId) {
      const item = await readVaultItemOfReissue(db, handle, reissueId);
      if (!item) return undefined;
      const boundTo = { client: item.api_key_name, keyThumbprint: item.key_thumbprint };
      return opened(item, { purpose, sub: reissueId, boundTo });
    },
    async openFor(handle, purpose, { sub, ...boundTo }) {
      const item = await readVaultItem(db, handle);
      return item && opened(item, { purpose, sub, boundTo });
    },
    async openParticulars(handle, reissueId) {
      const item = await readVaultItem(db, handle);
      return item && openParticulars(item.envelope, reissueId, keys);
    },
  };
}

async function openItem(
  { envelope, subject, unbound, created_at: cameIn }: SealedItem,
  expected: Pick<EnvelopeExpectation, 'purpose' | 'sub' | 'boundTo'> & { keys: VaultKeys },
): Promise<string | undefined> {
  try {
    const { value } = await openEnvelope(envelope, {
      ...expected,
      ...(subject === null ? {} : { sub: subject }),
      ...(unbound ? { boundTo: undefined } : {}),
      now: cameIn.getTime(),
    });
    return value;
  } catch (error) {
    if (error instanceof EnvelopeError) return undefined;
    throw error;
  }
}
