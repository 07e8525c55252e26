import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { VaultKeys } from './open-envelope.js';
import { openPhoto, sealPhoto } from './photo-seal.js';
import { seal } from '#libs/client';
import { importVaultKeys, publicVaultKeys } from './vault-keys.js';

const newKey = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  kid,
});
const [current, other] = [newKey('now'), newKey('other')];
const [publicJwk] = publicVaultKeys({ keys: [current] }).keys;
const name = { reissueId: 'ri_1', photoId: 'ph_1' };
const jpeg = Buffer.from('the pixels of a photo');

describe('a sealed photo', () => {
  let keys: VaultKeys;
  beforeAll(async () => {
    keys = await importVaultKeys({ keys: [other, current] });
  });

  it('A sealed photo opens with a vault key and shows nothing of its content', async () => {
    const sealed = await sealPhoto(jpeg, name, publicJwk!);
    expect(sealed.includes('pixels')).toBe(false);
    expect(await openPhoto(sealed, name, keys)).toEqual(jpeg);
  });

  it('A sealed photo does not open as another photo, for another reissue or with another key', async () => {
    const sealed = await sealPhoto(jpeg, name, publicJwk!);
    await expect(openPhoto(sealed, { ...name, photoId: 'ph_2' }, keys)).rejects.toThrow('cannot be opened');
    await expect(openPhoto(sealed, { ...name, reissueId: 'ri_2' }, keys)).rejects.toThrow('cannot be opened');
    const strangers = await importVaultKeys({ keys: [{ ...other, kid: 'now' }] });
    await expect(openPhoto(sealed, name, strangers)).rejects.toThrow('cannot be opened');
    await expect(openPhoto(sealed, name, new Map())).rejects.toThrow('cannot be opened');
  });

  it('A sealed photo does not open as an envelope, nor an envelope as a photo', async () => {
    const sub = `${name.reissueId}/${name.photoId}`;
    const envelope = await seal('a secret', {
      ...{ purpose: 'identity', sub, client: 'app', keyThumbprint: undefined, publicJwk: publicJwk! },
    });
    await expect(openPhoto(Buffer.from(envelope), name, keys)).rejects.toThrow('cannot be opened');
  });

  it('A damaged sealed photo does not open', async () => {
    const sealed = await sealPhoto(jpeg, name, publicJwk!);
    for (const at of [0, sealed.length >> 1, sealed.length - 1]) {
      const damaged = Buffer.from(sealed);
      damaged[at]! ^= 1;
      await expect(openPhoto(damaged, name, keys)).rejects.toThrow('cannot be opened');
    }
  });
});
