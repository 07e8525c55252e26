import { beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { VaultKeys } from './open-envelope.js';
import { openParticulars, sealParticulars } from './particulars-seal.js';
import { sealPhoto } from './photo-seal.js';
import { importVaultKeys, publicVaultKeys } from './vault-keys.js';

const reissueId = `ri_${'1'.repeat(32)}`;
const particulars = { name: '홍가상', mobile: '01000000000', carrier: 'KT' } as const;
let publicJwk: JWK;
let keys: VaultKeys;
beforeAll(async () => {
  const { privateKey } = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-256', extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(privateKey)), kid: 'v1' }] };
  publicJwk = publicVaultKeys(jwks).keys[0]!;
  keys = await importVaultKeys(jwks);
});

describe('particulars of an applicant', () => {
  it('Particulars open for the reissue they were sealed for, and for no other', async () => {
    const sealed = await sealParticulars(particulars, reissueId, publicJwk);
    expect(sealed).not.toContain(Buffer.from(particulars.name).toString('base64url'));
    expect(await openParticulars(sealed, reissueId, keys)).toEqual(particulars);
    expect(await openParticulars(sealed, `ri_${'2'.repeat(32)}`, keys)).toBeUndefined();
  });

  it('Particulars open neither with another key nor damaged', async () => {
    const sealed = await sealParticulars(particulars, reissueId, publicJwk);
    expect(await openParticulars(sealed, reissueId, new Map())).toBeUndefined();
    expect(await openParticulars(`${sealed.slice(0, -2)}AA`, reissueId, keys)).toBeUndefined();
  });

  it('A value sealed as something else does not open as particulars', async () => {
    const photo = await sealPhoto(Buffer.from('{}'), { reissueId, photoId: 'ph_1' }, publicJwk);
    expect(await openParticulars(photo.toString('latin1'), `${reissueId}/ph_1`, keys)).toBeUndefined();
  });
});
