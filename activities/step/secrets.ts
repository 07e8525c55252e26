import type { Particulars } from '#libs/domain';
import type { RoleDatabase, RoleTx } from '#libs/db';
import { readVaultItem, readVaultItemsOfReissue, type SealedItem } from '#libs/db/reissues';
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
  /** As {@link open}, for several values. @returns the opened values by their handle */
  openAll(
    handles: readonly string[],
    purpose: EnvelopePurpose,
    reissueId: string,
    tx?: RoleTx<'worker'>,
  ): Promise<ReadonlyMap<string, string>>;
  /** Opens a value sealed for a call that has no reissue yet, or none at all. */
  openFor(handle: string, purpose: EnvelopePurpose, sealedFor: SealedFor): Promise<string | undefined>;
  /** Opens the applicant's data that the gateway sealed. */
  openParticulars(handle: string, reissueId: string): Promise<Particulars | undefined>;
}

export function createSecrets(db: RoleDatabase<'worker'>, keys: VaultKeys): Secrets {
  const opened = (item: SealedItem, expected: Pick<EnvelopeExpectation, 'purpose' | 'sub' | 'boundTo'>) =>
    openItem(item, { ...expected, keys });
  const openAll: Secrets['openAll'] = async (handles, purpose, reissueId, tx) => {
    const items = await readVaultItemsOfReissue(tx ?? db, handles, reissueId);
    const values = await Promise.all(
      items.map(async (item) => {
        const boundTo = { client: item.api_key_name, keyThumbprint: item.key_thumbprint };
        return [item.handle, await opened(item, { purpose, sub: reissueId, boundTo })] as const;
      }),
    );
    return new Map(
      values.flatMap(([handle, value]) => (value === undefined ? [] : [[handle, value] as const])),
    );
  };
  return {
    openAll,
    async open(handle, purpose, reissueId) {
      return (await openAll([handle], purpose, reissueId)).get(handle);
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
