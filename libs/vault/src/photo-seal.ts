import type { JWK } from 'jose';
import type { VaultKeys } from './open-envelope.js';
import { openWithVaultKey, sealToVaultKey } from './vault-seal.js';

/** Which photo it is: it opens as no other one. */
export interface PhotoName {
  readonly reissueId: string;
  readonly photoId: string;
}

/** Seals a photo to a vault key, as whoever took it in does: they cannot open it any more. */
export async function sealPhoto(jpeg: Uint8Array, name: PhotoName, publicJwk: JWK): Promise<Buffer> {
  return Buffer.from(await sealToVaultKey(jpeg, sealedAs(name), publicJwk), 'latin1');
}

/** @throws Error if it is another photo, was damaged, or its key is not known here; it quotes nothing of the photo */
export async function openPhoto(sealed: Uint8Array, name: PhotoName, keys: VaultKeys): Promise<Buffer> {
  const jpeg = await openWithVaultKey(Buffer.from(sealed).toString('latin1'), sealedAs(name), keys);
  if (!jpeg) throw new Error(`the photo ${name.photoId} cannot be opened`);
  return Buffer.from(jpeg);
}

const sealedAs = ({ reissueId, photoId }: PhotoName) => ({
  typ: 'reseal-photo',
  sub: `${reissueId}/${photoId}`,
});
