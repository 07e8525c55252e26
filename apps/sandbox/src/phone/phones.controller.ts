import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { type CertificateKey, fromBase64url, newVidRandom, seal, toBase64url } from '#libs/client';
import { importJWK, type JWK } from 'jose';
import { z } from 'zod';
import { notFound } from '../problems.js';
import { Phones } from './phones.js';

const phoneId = z.uuid();
const sealingKey = z
  .looseObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
    kid: z.string().min(1),
  })
  .refine((jwk) => isKey(jwk), { error: 'not a point of the curve' });
const sealBody = z
  .object({
    purpose: z.enum(['identity', 'password', 'rrn', 'document', 'vid-random']),
    /** The reissue's id; at the start the Idempotency-Key. */
    sub: z.string().min(1).max(128),
    /** Sealed value; without one, a new R of the VID. */
    value: z.string().min(1).max(4096).optional(),
    /** The answer of GET /v1/keys. */
    keys: z.object({ keys: z.tuple([sealingKey], z.unknown()), client: z.string().min(1).max(64) }),
  })
  .refine(({ purpose, value }) => value !== undefined || purpose === 'vid-random', {
    path: ['value'],
    error: 'is required, except for the purpose vid-random',
  });
const signBody = z.object({ toSign: z.base64url().min(1).max(4096) });

/**
 * Does the work of a customer's app on the phone that `curl` cannot do: it creates a key pair, requests a certificate,
 * signs and seals. A real app does this itself (`libs/client`); its secrets never reach a server.
 */
@Controller('v1/phones')
export class PhonesController {
  constructor(private readonly phones: Phones) {}

  @Post()
  async make() {
    const { phoneId, key } = await this.phones.make();
    return { phoneId, thumbprint: key.thumbprint };
  }

  @Post(':phoneId/certificate-request')
  @HttpCode(200)
  async request(@Param('phoneId', { schema: phoneId }) id: string) {
    return { csr: await this.found(id).request() };
  }

  @Post(':phoneId/signatures')
  @HttpCode(200)
  async sign(
    @Param('phoneId', { schema: phoneId }) id: string,
    @Body({ schema: signBody }) { toSign }: z.infer<typeof signBody>,
  ) {
    return { signature: toBase64url(await this.found(id).sign(fromBase64url(toSign))) };
  }

  @Post(':phoneId/seals')
  @HttpCode(200)
  async seal(
    @Param('phoneId', { schema: phoneId }) id: string,
    @Body({ schema: sealBody }) { purpose, sub, value = newVidRandom(), keys }: z.infer<typeof sealBody>,
  ) {
    const { thumbprint: keyThumbprint } = this.found(id);
    const [publicJwk] = keys.keys;
    return { sealed: await seal(value, { purpose, sub, client: keys.client, keyThumbprint, publicJwk }) };
  }

  private found(id: string): CertificateKey {
    const key = this.phones.find(id);
    if (!key) throw notFound('No such phone. POST /v1/phones creates one.', '없는 전화기입니다.');
    return key;
  }
}

const isKey = (jwk: JWK): Promise<boolean> =>
  importJWK(jwk, 'ECDH-ES+A256KW').then(
    () => true,
    () => false,
  );
