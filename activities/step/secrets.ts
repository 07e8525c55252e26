import type { Particulars } from '#libs/domain';
import type { RoleDatabase } from '#libs/db';
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

/** The binding of a secret that has no reissue yet, or none at all. */
interface SealedFor extends EnvelopeBinding {
  /** The subject, unless the vault holds another: for a start it holds the Idempotency-Key. */
  readonly sub: string;
}

/**
 * Opens sealed values by their handle, in the one activity that needs them. A value is undefined if its envelope was
 * made for another purpose, subject, front end or key, or was destroyed because its step is recorded. Its age is
 * measured when it arrives, because a parked step may be retried days later.
 */
export interface Secrets {
  /** Opens a value sealed for a reissue: for its id, its front end and its key. */
  open(handle: string, purpose: EnvelopePurpose, reissueId: string): Promise<string | undefined>;
  /** Opens a value sealed for a call that has no reissue yet, or none at all. */
  openFor(handle: string, purpose: EnvelopePurpose, sealedFor: SealedFor): Promise<string | undefined>;
  /** Opens the applicant's data that the gateway sealed. */
  openParticulars(handle: string, reissueId: string): Promise<Particulars | undefined>;
}

export function createSecrets(db: RoleDatabase<'worker'>, keys: VaultKeys): Secrets {
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
