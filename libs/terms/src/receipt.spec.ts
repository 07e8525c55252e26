import { describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { publicReceiptKeys, ReceiptSigner, verifyReceipt } from './index.js';

async function newKey(kid: string) {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { ...(await exportJWK(privateKey)), kid };
}

const claims = {
  sub: `ri_${'0'.repeat(32)}`,
  jti: 'cr_1',
  iat: 1_780_000_000,
  consents: [
    {
      termsId: 'marketing-notices',
      version: '2026-01',
      digest: 'a'.repeat(64),
      locale: 'ko',
      agreed: true,
      act: 'GIVEN' as const,
    },
  ],
};

describe('a consent receipt', () => {
  it('A receipt is verified with the published keys and names the consents', async () => {
    const keys = { keys: [await newKey('one')] };
    const receipt = await (await ReceiptSigner.create('urn:bank', keys)).sign(claims);
    expect(await verifyReceipt(receipt, publicReceiptKeys(keys))).toEqual({ iss: 'urn:bank', ...claims });
  });

  it('A receipt for the same consents is the same each time', async () => {
    const signer = await ReceiptSigner.create('urn:bank', { keys: [await newKey('one')] });
    expect(await signer.sign(claims)).toBe(await signer.sign(claims));
  });

  it('A receipt is still verified after the key was replaced', async () => {
    const old = await newKey('old');
    const receipt = await (await ReceiptSigner.create('urn:bank', { keys: [old] })).sign(claims);
    const rotated = publicReceiptKeys({ keys: [await newKey('new'), old] });
    expect(await verifyReceipt(receipt, rotated)).toMatchObject({ jti: 'cr_1' });
    expect(JSON.stringify(rotated)).not.toContain('"d"');
  });

  it('verifyReceipt refuses another key, a changed receipt and another kind of token', async () => {
    const key = await newKey('one');
    const published = publicReceiptKeys({ keys: [key] });
    const forged = await (
      await ReceiptSigner.create('urn:bank', { keys: [await newKey('one')] })
    ).sign(claims);
    await expect(verifyReceipt(forged, published)).rejects.toThrow();
    const receipt = await (await ReceiptSigner.create('urn:bank', { keys: [key] })).sign(claims);
    const [header, , signature] = receipt.split('.');
    const changed = Buffer.from(JSON.stringify({ iss: 'urn:bank', ...claims, sub: 'ri_other' }));
    await expect(
      verifyReceipt([header, changed.toString('base64url'), signature].join('.'), published),
    ).rejects.toThrow();
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const other = { ...(await exportJWK(privateKey)), kid: 'one' };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: 'one' }).sign(privateKey);
    await expect(verifyReceipt(token, publicReceiptKeys({ keys: [other] }))).rejects.toThrow(
      'consent-receipt',
    );
  });

  it('createReceipts refuses a key that is not a private Ed25519 key', async () => {
    const { d: _private, ...half } = await newKey('one');
    await expect(ReceiptSigner.create('urn:bank', { keys: [half] })).rejects.toThrow('private Ed25519');
    await expect(ReceiptSigner.create('urn:bank', { keys: [] })).rejects.toThrow('private Ed25519');
  });
});
