import 'reflect-metadata';
import { randomUUID, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApplication } from '#libs/http';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { calculateJwkThumbprint, compactDecrypt, exportJWK, generateKeyPair, type JWK } from 'jose';
import { PhonesController } from './phones.controller.js';
import { Phones } from './phones.js';

@Module({ controllers: [PhonesController], providers: [Phones] })
class PhonesOnly {}

let app: NestFastifyApplication;
let phoneId: string;
let thumbprint: string;

interface Said {
  phoneId: string;
  thumbprint: string;
  csr: string;
  signature: string;
  sealed: string;
}

beforeAll(async () => {
  const config = { host: '127.0.0.1', port: 0, logLevel: 'silent' } as const;
  app = await createApplication({ name: 'phones-spec', module: PhonesOnly, config });
  await app.listen(0, '127.0.0.1');
  ({ phoneId, thumbprint } = (await post('', {})).body);
});
afterAll(() => app.close());

async function post(path: string, body: object) {
  const answer = await fetch(`${await app.getUrl()}/v1/phones${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Said };
}

/** A sealing key as in the answer of GET /v1/keys, with its private key. */
async function sealingKey() {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES+A256KW', { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'v1' };
  return { jwk, privateKey };
}

describe('a phone that the sandbox lends', () => {
  it('A sandbox phone requests a certificate for its own key and signs with it', async () => {
    const request = new Pkcs10CertificateRequest(
      (await post(`/${phoneId}/certificate-request`, {})).body.csr,
    );
    expect(await request.verify()).toBe(true);
    const key = await request.publicKey.export();
    const jwk = (await crypto.subtle.exportKey('jwk', key)) as JWK;
    expect(await calculateJwkThumbprint(jwk)).toBe(thumbprint);

    const text = Buffer.from('reseal/registration/v1');
    const { body } = await post(`/${phoneId}/signatures`, { toSign: text.toString('base64url') });
    const publicKey = { key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' } as const;
    expect(verify('sha256', text, publicKey, Buffer.from(body.signature, 'base64url'))).toBe(true);
  });

  it('A sandbox phone seals a value, or a new R of the VID, for one purpose, subject, front end and its own key', async () => {
    const { jwk, privateKey } = await sealingKey();
    const sealed = async (body: object) => {
      const answer = await post(`/${phoneId}/seals`, {
        sub: 'ri_1',
        keys: { keys: [jwk], client: 'local' },
        ...body,
      });
      const { plaintext, protectedHeader } = await compactDecrypt(answer.body.sealed, privateKey);
      return { header: protectedHeader, text: new TextDecoder().decode(plaintext) };
    };
    const said = await sealed({ purpose: 'password', value: '비밀번호 12' });
    expect(said.text).toBe('비밀번호 12');
    expect(said.header).toMatchObject({ purpose: 'password', sub: 'ri_1', kid: 'v1', client: 'local' });
    expect(said.header['jkt']).toBe(thumbprint);
    expect((await sealed({ purpose: 'vid-random' })).text).toMatch(/^[0-9a-f]{40}$/);
  });

  it('An unknown phone is refused with a clear problem', async () => {
    const { jwk } = await sealingKey();
    const keys = (more: object) => ({
      purpose: 'password',
      sub: 'ri_1',
      value: 'x',
      keys: { keys: [{ ...jwk, ...more }], client: 'local' },
    });
    expect((await post(`/${randomUUID()}/certificate-request`, {})).status).toBe(404);
    expect((await post('/no-id/certificate-request', {})).status).toBe(422);
    expect((await post(`/${phoneId}/signatures`, { toSign: 'not base64url!' })).status).toBe(422);
    expect((await post(`/${phoneId}/seals`, keys({ kid: undefined }))).status).toBe(422);
    expect((await post(`/${phoneId}/seals`, keys({ x: 'no' }))).status).toBe(422);
    expect((await post(`/${phoneId}/seals`, { ...keys({}), value: undefined })).status).toBe(422);
    expect((await post(`/${phoneId}/seals`, { ...keys({}), purpose: 'anything' })).status).toBe(422);
  });
});

it('At most a thousand phones are kept', async () => {
  const phones = new Phones();
  const first = await phones.make();
  const others = await Promise.all(Array.from({ length: 1_000 }, () => phones.make()));
  expect(phones.find(first.phoneId)).toBeUndefined();
  expect(phones.find(others[0]!.phoneId)).toBe(others[0]!.key);
});
