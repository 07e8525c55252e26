import 'reflect-metadata';
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import type { KeyType } from '#libs/client';
import { readPrivateKeyFile } from '#libs/npki';
import { calculateJwkThumbprint } from 'jose';
import { acceptPassword, tryPassword } from './key-files.js';
import { toCustomerKey, makeKey, vidRandomOf } from './own-key.js';

const spkiOf = (der: Uint8Array) => createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });

describe.each<KeyType>(['RSA-2048', 'EC-P256'])('the key of the page, %s', (keyType) => {
  test(`The page’s key signs, and cannot be exported (${keyType})`, async () => {
    const key = await makeKey(keyType);
    expect(key.signingKey.extractable).toBe(false);
    expect(key.lock.extractable).toBe(false);
    const text = new TextEncoder().encode('reseal');
    expect(verify('sha256', text, spkiOf(key.publicKey), await (await toCustomerKey(key)).sign(text))).toBe(
      true,
    );
  });

  test(`The page’s key has its JWK thumbprint (RFC 7638) (${keyType})`, async () => {
    const key = await makeKey(keyType);
    const jwk = spkiOf(key.publicKey).export({ format: 'jwk' });
    expect(key.thumbprint).toBe(await calculateJwkThumbprint(jwk));
  });

  test(`The certificate request proves possession of the page’s key (${keyType})`, async () => {
    const key = await makeKey(keyType);
    const request = new Pkcs10CertificateRequest(await (await toCustomerKey(key)).request());
    expect(await request.verify()).toBe(true);
    expect(Buffer.from(request.publicKey.rawData).equals(key.publicKey)).toBe(true);
  });

  test(`After a right password only that password opens the page’s key (${keyType})`, async () => {
    const key = await makeKey(keyType);
    const random = await vidRandomOf(key);
    const accepted = acceptPassword(await tryPassword(key, 'right-1234-Seal'));
    expect(accepted.locked).toBeUndefined();
    expect(accepted.candidate).toBeUndefined();
    const opened = await readPrivateKeyFile(accepted.file!, 'right-1234-Seal');
    expect(Buffer.from(opened.random!).toString('hex')).toBe(random);
    await expect(readPrivateKeyFile(accepted.file!, 'wrong')).rejects.toThrow();
  });

  test(`The page’s key is encrypted with the password that was tried last (${keyType})`, async () => {
    const first = await tryPassword(await makeKey(keyType), 'wrong-1234-Seal');
    const accepted = acceptPassword(await tryPassword(first, 'right-1234-Seal'));
    await expect(readPrivateKeyFile(accepted.file!, 'right-1234-Seal')).resolves.toBeDefined();
  });
});
