import { createHash, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { CallState } from '#libs/db/reissues';
import { SignJWT } from 'jose';
import { AccessCheck } from './access-check.js';
import { AccessRevocations } from './access-revocations.js';
import { AccessTokens, tokenLifetimeSeconds } from './access-tokens.js';
import { SessionCookie } from './session-cookie.js';
import { ApiKeys } from './api-keys.js';
import { RequestIds } from '../calls/request-ids.js';

const newKey = (kid = 't1') => {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    privateKey,
    jwk: { ...privateKey.export({ format: 'jwk' }), kid } as JsonWebKey & { kid: string },
  };
};
const { jwk, privateKey } = newKey();
const tokens = new AccessTokens(jwk);
const access = { reissueId: `ri_${'0'.repeat(32)}`, apiKeyName: 'app' };
const now = new Date('2026-11-23T01:00:00.250Z');

describe('access tokens', () => {
  it('An access token opens the reissue that it was issued for', async () => {
    expect(await tokens.open(await tokens.issue(access, now), now)).toEqual(access);
  });

  it('Two access tokens of a reissue are equal', async () => {
    expect(await tokens.issue(access, now)).toBe(await tokens.issue(access, now));
  });

  it('An access token expires after the longest life of a reissue', async () => {
    const token = await tokens.issue(access, now);
    const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
    expect(await tokens.open(token, at(tokenLifetimeSeconds - 1))).toEqual(access);
    expect(await tokens.open(token, at(tokenLifetimeSeconds + 10))).toBeUndefined();
  });

  it('An access token signed by an unknown key is refused', async () => {
    expect(await tokens.open(await new AccessTokens(newKey().jwk).issue(access, now), now)).toBeUndefined();
  });

  it('Access tokens of the previous and of the next key are accepted while keys are replaced', async () => {
    const [before, next] = [newKey('t0'), newKey('t2')];
    const publicOf = ({ jwk: { d: _, ...key } }: ReturnType<typeof newKey>) =>
      key as JsonWebKey & { kid: string };
    const first = new AccessTokens(before.jwk, [publicOf({ jwk, privateKey })]);
    const second = new AccessTokens(jwk, [publicOf(before), publicOf(next)]);
    const third = new AccessTokens(next.jwk, [publicOf({ jwk, privateKey })]);
    const issued = await first.issue(access, now);
    expect(await second.open(issued, now)).toEqual(access);
    expect(await first.open(await second.issue(access, now), now)).toEqual(access);
    expect(await second.open(await third.issue(access, now), now)).toEqual(access);
    expect(await third.open(issued, now)).toBeUndefined();
  });

  it('An access token with the kid of another key is refused', async () => {
    const other = newKey('t2');
    const { d: _, ...others } = jwk;
    const mixed = new AccessTokens(other.jwk, [others]);
    const forged = await new AccessTokens({ ...other.jwk, kid: 't1' }).issue(access, now);
    expect(await mixed.open(forged, now)).toBeUndefined();
  });

  it('An access token without a signature (alg none) is refused', async () => {
    const [, payload] = (await tokens.issue(access, now)).split('.');
    for (const alg of ['none', 'None', 'EdDSA']) {
      const head = Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url');
      expect(await tokens.open(`${head}.${payload}.`, now)).toBeUndefined();
    }
  });

  it('An access token signed by HMAC with the public key is refused', async () => {
    const { x } = jwk;
    const forged = await new SignJWT({ azp: access.apiKeyName })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer('urn:reseal:gateway')
      .setAudience('urn:reseal:reissue')
      .setSubject(access.reissueId)
      .setIssuedAt(now)
      .setExpirationTime('1h')
      .sign(Buffer.from(String(x), 'base64url'));
    expect(await tokens.open(forged, now)).toBeUndefined();
  });

  it.each([
    ['another issuer', { iss: 'urn:other' }],
    ['another audience', { aud: 'urn:other' }],
    ['no expiry', { exp: undefined }],
    ['no reissue', { sub: undefined }],
    ['no front end', { azp: undefined }],
  ])('An access token with %s is refused', async (_, claims) => {
    const iat = Math.floor(now.getTime() / 1000);
    const token = await new SignJWT({
      ...{ iss: 'urn:reseal:gateway', aud: 'urn:reseal:reissue', iat, exp: iat + 60 },
      ...{ sub: access.reissueId, azp: access.apiKeyName },
      ...claims,
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
      .sign(privateKey);
    expect(await tokens.open(token, now)).toBeUndefined();
  });

  it('An access token with an altered byte is refused', async () => {
    const [head, payload, signature] = (await tokens.issue(access, now)).split('.');
    const other = Buffer.from(Buffer.from(payload!, 'base64url').toString().replace('ri_0', 'ri_1')).toString(
      'base64url',
    );
    expect(await tokens.open(`${head}.${other}.${signature}`, now)).toBeUndefined();
  });
});

describe('API keys', () => {
  const digest = createHash('sha256').update('front-end-secret').digest();

  it('An API key is recognised by its digest', () => {
    expect(new ApiKeys([{ name: 'app', digest }]).nameOf('front-end-secret')).toBe('app');
    expect(new ApiKeys([{ name: 'app', digest }]).nameOf('front-end-secret ')).toBeUndefined();
    expect(new ApiKeys([{ name: 'app', digest }]).nameOf('')).toBeUndefined();
  });

  it('The development API key is valid only if no key is configured', () => {
    expect(new ApiKeys().nameOf('reseal-local')).toBe('local');
    expect(new ApiKeys([{ name: 'app', digest }]).nameOf('reseal-local')).toBeUndefined();
  });
});

describe('access check', () => {
  const state: CallState = {
    ...{ revoked: false, reissue: undefined, certificate: undefined, old: undefined },
    ...{ receivedRequest: undefined, step: undefined },
  };
  const check = new AccessCheck(
    {
      stateOf: () => Promise.resolve(state),
      admission: { requireRoom: () => undefined },
      apiKeys: new ApiKeys(),
      tokens,
      revocations: new AccessRevocations({
        revoke: () => Promise.resolve(),
        afterEndMs: 0,
        clock: () => new Date(),
      }),
      cookie: new SessionCookie(true),
      ids: new RequestIds(Buffer.alloc(32, 7)),
    },
    new HttpAdapterHost(),
  );
  const key = 'a-key-of-16-char';
  const enter = async (method: string, params: { id?: string }, headers: Record<string, string>) => {
    const routeOptions = { config: {} };
    const request = { method, params, headers, ip: '192.0.2.1', routeOptions } as unknown as FastifyRequest;
    return check.callerOf(request).catch((error: Error) => error.message);
  };
  const id = access.reissueId;
  const bearer = async (apiKeyName = 'local', reissueId = id) => ({
    'x-api-key': 'reseal-local',
    'idempotency-key': key,
    authorization: `Bearer ${await tokens.issue({ reissueId, apiKeyName }, new Date())}`,
  });

  it('The access check returns the caller, its address and its agent', async () => {
    const headers = { 'x-api-key': 'reseal-local', 'idempotency-key': key, 'user-agent': 'a'.repeat(600) };
    expect(await enter('POST', {}, headers)).toEqual({
      apiKeyName: 'local',
      idempotencyKey: key,
      origin: { address: '192.0.2.1', agent: 'a'.repeat(512) },
    });
  });

  it('The access check distinguishes devices by a digest that does not reveal their ids', async () => {
    const deviceOf = async (deviceId: string) => {
      const headers = { 'x-api-key': 'reseal-local', 'x-device-id': deviceId };
      const caller = (await enter('GET', {}, headers)) as unknown as { origin: { device?: string } };
      return caller.origin.device;
    };
    const [one, again, other] = [
      await deviceOf('device-of-a-customer'),
      await deviceOf('device-of-a-customer'),
      await deviceOf('device-of-others!!'),
    ];
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
    expect(await deviceOf('')).toBeUndefined();
  });

  it.each(['short-id-of-15-', 'x'.repeat(129), 'with a tab\t in the middle', 'with an é or so it is'])(
    'The access check refuses the device id %j',
    async (deviceId) => {
      const headers = { 'x-api-key': 'reseal-local', 'x-device-id': deviceId };
      expect(await enter('GET', {}, headers)).toBe('invalid-request');
    },
  );

  it.each([
    ['a call without an API key', 'GET', {}, 'unknown-api-key'],
    ['an unknown API key', 'POST', { 'x-api-key': 'reseal', 'idempotency-key': key }, 'unknown-api-key'],
    ['a POST without a key', 'POST', { 'x-api-key': 'reseal-local' }, 'idempotency-key-required'],
    ...[
      'short-key-of-15',
      'x'.repeat(129),
      'a key with a tab\t!',
      'an Idempotency-Key with an é',
      'a key with DEL \x7f!',
    ].map(
      (bad) =>
        [
          `the Idempotency-Key ${JSON.stringify(bad.slice(0, 30))}`,
          'POST',
          { 'x-api-key': 'reseal-local', 'idempotency-key': bad },
          'idempotency-key-required',
        ] as const,
    ),
  ] as const)('The access check refuses %s', async (_, method, headers, problem) => {
    expect(await enter(method, {}, headers)).toBe(problem);
  });

  it('The access check accepts Idempotency-Keys of 16 to 128 printable characters', async () => {
    for (const good of ['x'.repeat(16), 'x'.repeat(128), `~ !"'{}`.repeat(3)])
      expect(await enter('POST', {}, { 'x-api-key': 'reseal-local', 'idempotency-key': good })).toMatchObject(
        {
          idempotencyKey: good,
        },
      );
  });

  it('The access check admits the holder of the token', async () => {
    expect(await enter('POST', { id }, await bearer())).toMatchObject({ apiKeyName: 'local' });
    expect(await enter('GET', { id }, await bearer())).toMatchObject({ apiKeyName: 'local' });
  });

  it('The access check refuses the token of another reissue or of another front end', async () => {
    const other = `ri_${'1'.repeat(32)}`;
    expect(await enter('GET', { id }, await bearer('local', other))).toBe('not-your-reissue');
    expect(await enter('GET', { id }, await bearer('app'))).toBe('not-your-reissue');
  });

  it.each(['', 'Bearer', 'Bearer x', 'Basic abc', 'Bearer a.b.c'])(
    'The access check refuses the authorization %j',
    async (authorization) => {
      expect(await enter('GET', { id }, { ...(await bearer()), authorization })).toBe('invalid-token');
    },
  );
});
