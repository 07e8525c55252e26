import { normaliseResidentNumber } from '#libs/domain';
import { customerRrn } from '#libs/db';
import { computeVirtualId } from '#libs/npki';
import { openRegistryValue, RegistrySealError, type RegistryKeys } from '#libs/vault';
import { BrokenInvariant, type ReissueChange } from '#activities/step';

/**
 * Computes the VID of the certificate to be made (KCAC.TS.SIVID) and writes it to the reissue. Here, and in checking
 * a VID, the resident registration number and R meet: for as long as a digest takes, and without being written
 * anywhere. The signer sees neither. That the number was used is told in the audit trail.
 *
 * @param random R in hexadecimal
 * @throws BrokenInvariant if the number on file cannot be used: identity was not to be concluded without one
 */
export async function writeVirtualId(
  { registryKeys }: { readonly registryKeys: RegistryKeys },
  change: ReissueChange,
  random: string,
): Promise<void> {
  const { row, tx } = change;
  const kept = row.customer_id ? await customerRrn(tx, row.customer_id) : undefined;
  if (!row.customer_id || !kept) throw new BrokenInvariant('there is no RRN on file');
  const idn = normaliseResidentNumber(
    openOrBreak(() => openRegistryValue(registryKeys, row.customer_id!, kept)),
  );
  if (!idn) throw new BrokenInvariant('what is on file as RRN is none');
  change.set({ virtual_id: Buffer.from(computeVirtualId({ idn, random: Buffer.from(random, 'hex') })) });
  change.audit({ actor: 'system', action: 'useRrn', outcome: 'DONE', details: { purpose: 'virtualId' } });
}

/** A key that is not there, or a damaged value, will not mend by itself: an operator must see it. */
function openOrBreak(open: () => string): string {
  try {
    return open();
  } catch (error) {
    if (error instanceof RegistrySealError) throw new BrokenInvariant(error.message);
    throw error;
  }
}
