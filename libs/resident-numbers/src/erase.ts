import { inTransaction, type Database } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import { customerByRef, destroyCustomerKey, eraseCustomerRrn, lockCustomer } from '#libs/db/customers';
import { eraseApplicantKeys, deletePhotosOf, openReissueIdsOf } from '#libs/db/retention';
import type { RegistryKeys } from '#libs/vault';

/** What was erased of a customer. */
export interface Erasure {
  readonly customerRef: string;
  /** False where there was none, or it was erased before. */
  readonly number: boolean;
  readonly photos: number;
  /** Reissues under way: those that still need the number end when they come to it. */
  readonly openReissues: readonly string[];
}

/**
 * Erases what is kept of a customer under their own key: the resident registration number and photos of documents. The
 * key is destroyed, so that copies in backups are worth nothing; digests by which the number could be guessed go too.
 * Certificates, with the VIDs made of the number, and consents stay and verify as before.
 *
 * @param actor who asked for it, as the authority's audit trail names them
 * @param confirmed otherwise nothing is written, and the answer says what would be
 * @returns undefined if there is no such customer
 */
export async function eraseCustomer(
  db: Database,
  registryKeys: RegistryKeys,
  {
    customerRef,
    actor,
    now,
    confirmed,
  }: { customerRef: string; actor: string; now: Date; confirmed: boolean },
): Promise<Erasure | undefined> {
  const result: { erasure?: Erasure } = {};
  await inTransaction(db, async (tx) => {
    const customer = await customerByRef(tx, customerRef);
    if (!customer) return;
    const { customer_id: customerId } = await lockCustomer(tx, customer.customer_id);
    const openReissues = await openReissueIdsOf(tx, customerId);
    await destroyCustomerKey(tx, customerId, { keyId: registryKeys.current, at: now });
    const number = await eraseCustomerRrn(tx, customerId, now);
    const photos = await deletePhotosOf(tx, customerId);
    await eraseApplicantKeys(tx, customerId);
    result.erasure = { customerRef, number, photos, openReissues };
    await appendAuthorityEntry(tx, {
      ...{ actor, action: 'eraseCustomer', outcome: 'DONE', occurredAt: now },
      details: { customerRef, number, photos },
    });
    if (!confirmed) throw new DryRunRollback();
  }).catch((error: unknown) => {
    if (!(error instanceof DryRunRollback)) throw error;
  });
  return result.erasure;
}

/** Undoes what was only tried. */
class DryRunRollback extends Error {}
