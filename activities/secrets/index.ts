import { readVaultItem, type Database } from '#libs/db';
import { EnvelopeError, openEnvelope, type Purpose, type VaultKeys } from '#libs/vault';

/** Opens sealed values by their handle, in the one activity that needs them. */
export interface Secrets {
  /**
   * The value, or undefined when the envelope is not one made for this purpose and subject, or is gone because
   * its step was recorded. Its age is judged by when it came in: a parked step may be retried days later.
   *
   * @param subject the reissue, unless the envelope was taken in for something else: at the start there is no
   *   reissue to name yet, and the vault knows the Idempotency-Key instead
   */
  open(handle: string, purpose: Purpose, subject: string): Promise<string | undefined>;
}

export function createSecrets(db: Database, keys: VaultKeys): Secrets {
  return {
    async open(handle, purpose, subject) {
      const item = await readVaultItem(db, handle);
      if (!item) return undefined;
      try {
        const now = item.created_at.getTime();
        const sub = item.subject ?? subject;
        const { value } = await openEnvelope(item.envelope, { purpose, sub, now, keys });
        return value;
      } catch (error) {
        if (error instanceof EnvelopeError) return undefined;
        throw error;
      }
    },
  };
}
