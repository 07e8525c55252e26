import type { Particulars } from '#libs/domain';
import type { JWK } from 'jose';
import type { VaultKeys } from './open-envelope.js';
import { openWithVaultKey, sealToVaultKey } from './vault-seal.js';

/** Seals the particulars of an applicant for one reissue, so that the gateway cannot open what it stores. */
export async function sealParticulars(
  particulars: Particulars,
  reissueId: string,
  publicJwk: JWK,
): Promise<string> {
  return sealToVaultKey(
    new TextEncoder().encode(JSON.stringify(particulars)),
    sealedAs(reissueId),
    publicJwk,
  );
}

/** @returns undefined if they belong to another reissue, are damaged, or their key is unknown */
export async function openParticulars(
  sealed: string,
  reissueId: string,
  keys: VaultKeys,
): Promise<Particulars | undefined> {
  const json = await openWithVaultKey(sealed, sealedAs(reissueId), keys);
  // Only the gateway makes them, from a body that it has validated.
  return json && (JSON.parse(new TextDecoder().decode(json)) as Particulars);
}

const sealedAs = (reissueId: string) => ({ typ: 'reseal-particulars', sub: reissueId });
