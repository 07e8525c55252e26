import { normaliseResidentNumber } from '#libs/domain';
import { findReissue } from '#libs/db/reissues';
import { computeVirtualId } from '#libs/npki';
import { NumberAccess } from '#libs/resident-numbers';
import type { RegistryKeys } from '#libs/vault';
import { BrokenInvariant, type ReissueChange, type StepContext } from '#activities/step';

/** Announces that the customer's number is going to be opened, if the reissue stands where it will be. */
export async function announceNumberUse(
  { db, clock }: StepContext,
  reissueId: string,
): Promise<NumberAccess | undefined> {
  const row = await findReissue(db, reissueId);
  if (!row?.customer_id) return undefined;
  const needed = row.state === 'KEY_REQUIRED' || (row.state === 'ISSUING' && !row.virtual_id);
  if (!needed) return undefined;
  return NumberAccess.record(db, {
    customerId: row.customer_id,
    customerRef: row.customer_ref,
    actor: 'worker',
    purpose: 'VIRTUAL_ID',
    reissueId,
    at: clock(),
  });
}

/**
 * Computes the VID of the certificate to be made (KCAC.TS.SIVID) and writes it to the reissue. Here, and in checking
 * a VID, the resident registration number and R meet: for as long as a digest takes, and without being written
 * anywhere. The signer sees neither. That the number was used is told in the audit trail.
 *
 * @param random R in hexadecimal
 * @returns false if the number was erased since identity was verified
 * @throws {RegistrySealError} if the number on file cannot be opened
 * @throws BrokenInvariant if it is none
 */
export async function writeVirtualId(
  { registryKeys }: { readonly registryKeys: RegistryKeys },
  change: ReissueChange,
  { access, random }: { readonly access: NumberAccess | undefined; readonly random: string },
): Promise<boolean> {
  // The row moved on since it was looked at; the next try looks again.
  if (!access) throw new BrokenInvariant('nobody announced that the number is opened');
  const number = await access.open(change.tx, registryKeys);
  if (number === undefined) return false;
  const idn = normaliseResidentNumber(number);
  if (!idn) throw new BrokenInvariant('what is on file as RRN is none');
  change.set({ virtual_id: Buffer.from(computeVirtualId({ idn, random: Buffer.from(random, 'hex') })) });
  change.audit({ actor: 'system', action: 'useRrn', outcome: 'DONE', details: { purpose: 'virtualId' } });
  return true;
}
