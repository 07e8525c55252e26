import { inTransaction, type Database } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import {
  customerByRef,
  destroyCustomerKey,
  eraseCustomerRrn,
  eraseFromRegistry,
  lockCustomer,
} from '#libs/db/customers';
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
 * @returns undefined if the customer does not exist
 */
export const eraseCustomer = (
  db: Database,
  registryKeys: RegistryKeys,
  request: ErasureRequest,
): Promise<Erasure | undefined> => erase(db, registryKeys, request, false);

/**
 * Erases what the bank's registry holds of a customer too: name, contacts, account, CI, password and devices. Nothing is
 * erased while a reissue is open, because it needs them; the result names it. The bank's own id stays, so that a later file
 * does not bring the customer back.
 *
 * @returns undefined if the customer does not exist
 */
export const eraseWholeCustomer = (
  db: Database,
  registryKeys: RegistryKeys,
  request: ErasureRequest,
): Promise<Erasure | undefined> => erase(db, registryKeys, request, true);

interface ErasureRequest {
  readonly customerRef: string;
  /** Who requests it, as the authority's audit trail names actors. */
  readonly actor: string;
  readonly now: Date;
  /** If false, nothing is written, and the result shows what would be erased. */
  readonly confirmed: boolean;
}

async function erase(
  db: Database,
  registryKeys: RegistryKeys,
  { customerRef, actor, now, confirmed }: ErasureRequest,
  whole: boolean,
): Promise<Erasure | undefined> {
  const result: { erasure?: Erasure } = {};
  await inTransaction(db, async (tx) => {
    const customer = await customerByRef(tx, customerRef);
    if (!customer) return;
    const { customer_id: customerId } = await lockCustomer(tx, customer.customer_id);
    const openReissues = await openReissueIdsOf(tx, customerId);
    if (whole && openReissues.length > 0) {
      result.erasure = { customerRef, number: false, photos: 0, openReissues };
      return;
    }
    await destroyCustomerKey(tx, customerId, { keyId: registryKeys.current, at: now });
    const number = await eraseCustomerRrn(tx, customerId, now);
    const photos = await deletePhotosOf(tx, customerId);
    await eraseApplicantKeys(tx, customerId);
    if (whole) await eraseFromRegistry(tx, customerId, now);
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
