import { inTransaction, type Database } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import { customerByRef, destroyCustomerKey, eraseCustomerRrn, lockCustomer } from '#libs/db/customers';
import { eraseApplicantKeys, deletePhotosOf, openReissueIdsOf } from '#libs/db/retention';
import type { RegistryKeys } from '#libs/vault';

/** The result of erasing a customer's data. */
export interface Erasure {
  readonly customerRef: string;
  /** Whether a number was erased; false if there was none, or it was erased before. */
  readonly number: boolean;
  readonly photos: number;
  /** Open reissues. Those that still need the number will end when they reach that step. */
  readonly openReissues: readonly string[];
}

/**
 * Erases the data sealed under a customer's key: the resident registration number and photos of documents. The key is
 * destroyed, so that copies in backups cannot be opened; digests that would allow guessing the number are erased too.
 * Certificates (with VIDs made from the number) and consents stay and can still be verified.
 *
 * @param actor who requests it, as the authority's audit trail names actors
 * @param confirmed if false, nothing is written, and the result shows what would be erased
 * @returns undefined if the customer does not exist
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

/** Rolls back a dry run. */
class DryRunRollback extends Error {}
