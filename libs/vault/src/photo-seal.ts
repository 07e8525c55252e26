import type { JWK } from 'jose';
import type { VaultKeys } from './open-envelope.js';
import { openWithVaultKey, sealToVaultKey } from './vault-seal.js';

/** The identity of a photo; its sealed form opens only with the same one. */
export interface PhotoName {
  readonly reissueId: string;
  readonly photoId: string;
}

/** Seals a photo to a vault key. The gateway, which seals it, cannot open it. */
export async function sealPhoto(jpeg: Uint8Array, name: PhotoName, publicJwk: JWK): Promise<Buffer> {
  return Buffer.from(await sealToVaultKey(jpeg, sealedAs(name), publicJwk), 'latin1');
}

/** @throws Error if it is another photo, is damaged, or its key is unknown; the message quotes no part of it */
export async function openPhoto(sealed: Uint8Array, name: PhotoName, keys: VaultKeys): Promise<Buffer> {
  const jpeg = await openWithVaultKey(Buffer.from(sealed).toString('latin1'), sealedAs(name), keys);
  if (!jpeg) throw new Error(`the photo ${name.photoId} cannot be opened`);
  return Buffer.from(jpeg);
}

const sealedAs = ({ reissueId, photoId }: PhotoName) => ({
  typ: 'reseal-photo',
  sub: `${reissueId}/${photoId}`,
});
