import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose';
import { ENVELOPE_ALG, ENVELOPE_ENC } from './envelope.js';
import type { VaultKeys } from './open-envelope.js';

const photoType = 'reseal-photo';

/** Which photo it is: it opens as no other one. */
export interface PhotoName {
  readonly reissueId: string;
  readonly photoId: string;
}

/** Seals a photo to a vault key, as whoever took it in does: they cannot open it any more. */
export async function sealPhoto(jpeg: Uint8Array, name: PhotoName, publicJwk: JWK): Promise<Buffer> {
  if (!publicJwk.kid) throw new TypeError('the vault key has no kid');
  const sealed = await new CompactEncrypt(jpeg)
    .setProtectedHeader({
      ...{ alg: ENVELOPE_ALG, enc: ENVELOPE_ENC, kid: publicJwk.kid },
      ...{ typ: photoType, sub: subjectOf(name) },
    })
    .encrypt(await importJWK(publicJwk, ENVELOPE_ALG));
  return Buffer.from(sealed, 'latin1');
}

/** @throws Error if it is another photo, was damaged, or its key is not known here; it quotes nothing of the photo */
export async function openPhoto(sealed: Uint8Array, name: PhotoName, keys: VaultKeys): Promise<Buffer> {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(
      Buffer.from(sealed).toString('latin1'),
      ({ kid }) => {
        const key = keys.get(kid ?? '');
        if (!key) throw new TypeError('no key');
        return key;
      },
      { keyManagementAlgorithms: [ENVELOPE_ALG], contentEncryptionAlgorithms: [ENVELOPE_ENC] },
    );
    const { typ, sub } = protectedHeader;
    if (typ === photoType && sub === subjectOf(name)) return Buffer.from(plaintext);
  } catch {
    // Told below, without what may depend on the photo.
  }
  throw new Error(`the photo ${name.photoId} cannot be opened`);
}

const subjectOf = ({ reissueId, photoId }: PhotoName) => `${reissueId}/${photoId}`;
