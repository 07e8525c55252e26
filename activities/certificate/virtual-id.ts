import { normaliseResidentNumber } from '#libs/domain';
import { computeVirtualId } from '#libs/npki';
import type { NumberAccess } from '#libs/resident-numbers';
import type { RegistryKeys } from '#libs/vault';
import { BrokenInvariant, type ReissueChange } from '#activities/step';

/**
 * Computes the VID of the new certificate (KCAC.TS.SIVID) and writes it to the reissue. The resident registration number
 * and R are open at the same time only here and in a VID check: in memory, while the digest is computed. The signer
 * sees neither of them. The audit trail records the use of the number.
 *
 * @param random R in hexadecimal
 * @returns false if the number was erased after identity was verified
 * @throws {RegistrySealError} if the number on file cannot be opened
 * @throws BrokenInvariant if the number on file is not valid
 */
export async function writeVirtualId(
  { registryKeys }: { readonly registryKeys: RegistryKeys },
  change: ReissueChange,
  { access, random }: { readonly access: NumberAccess | undefined; readonly random: string },
): Promise<boolean> {
  // The row changed after it was read. The next attempt reads it again.
  if (!access) throw new BrokenInvariant('the number is opened without a record of its use');
  const number = await access.open(change.tx, registryKeys);
  if (number === undefined) return false;
  const idn = normaliseResidentNumber(number);
  if (!idn) throw new BrokenInvariant('the RRN on file is not valid');
  change.set({ virtual_id: Buffer.from(computeVirtualId({ idn, random: Buffer.from(random, 'hex') })) });
  change.audit({ actor: 'system', action: 'useRrn', outcome: 'DONE', details: { purpose: 'virtualId' } });
  return true;
}
