import { createSecretKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CompactEncrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { EnvelopeError, type EnvelopeExpectation, type EnvelopePurpose } from './envelope.js';
import { inspectEnvelope } from './inspect-envelope.js';
import { openEnvelope, type VaultKeys } from './open-envelope.js';
import { seal } from '#libs/client';
import { vaultHandle } from './vault-handle.js';
import { importVaultKeys, publicVaultKeys } from './vault-keys.js';

const now = Date.UTC(2026, 10, 22);
const minute = 60_000;
const newKey = async (kid: string): Promise<JWK> => {
  const { privateKey } = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-256', extractable: true });
  return { ...(await exportJWK(privateKey)), kid };
};

let privateJwk: JWK;
let publicJwk: JWK;
let keys: VaultKeys;
beforeAll(async () => {
  privateJwk = await newKey('v1');
  publicJwk = publicVaultKeys({ keys: [privateJwk] }).keys[0] as JWK;
  keys = await importVaultKeys({ keys: [privateJwk] });
});

const jkt = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
const sealed = (at = now) =>
  seal('canary', {
    ...{ purpose: 'password', sub: 'reissue-1', client: 'app', keyThumbprint: jkt },
    ...{ publicJwk, now: at },
  });
const expected = (more: Partial<EnvelopeExpectation> = {}) => ({
  purpose: 'password' as EnvelopePurpose,
  sub: 'reissue-1',
  boundTo: { client: 'app', keyThumbprint: jkt },
  now: now,
  keys,
  ...more,
});
/** Both stages must refuse alike, unless a test states a difference. */
const refusals = async (jwe: string, more = {}, by = keys) => {
  const code = (error: unknown) => {
    expect(error).toBeInstanceOf(EnvelopeError);
    expect((error as Error).message).not.toContain('canary');
    return (error as EnvelopeError).code;
  };
  let inspected = 'taken';
  try {
    inspectEnvelope(jwe, { ...expected(more), kids: by });
  } catch (error) {
    inspected = code(error);
  }
  const opened = await openEnvelope(jwe, { ...expected(more), keys: by }).then(() => 'taken', code);
  return [inspected, opened];
};
const both = (code: string) => [code, code];
const handMade = async (header: Record<string, unknown>, jwk = publicJwk) =>
  new CompactEncrypt(new TextEncoder().encode('canary'))
    .setProtectedHeader({
      ...{ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: 'v1', purpose: 'password', sub: 'reissue-1' },
      ...{ iat: now / 1000, jti: 'abcdefgh', client: 'app', jkt },
      ...header,
    })
    .encrypt(await importJWK(jwk, 'ECDH-ES+A256KW'));
const withHeader = async (change: (header: Record<string, unknown>) => void) => {
  const [encoded = '', ...rest] = (await sealed()).split('.');
  const header = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as Record<string, unknown>;
  change(header);
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.');
};

describe('an envelope', () => {
  it('An envelope opens for its purpose and subject', async () => {
    const { value, header } = await openEnvelope(await sealed(), expected());
    expect(value).toBe('canary');
    expect(header).toMatchObject({ purpose: 'password', sub: 'reissue-1', kid: 'v1', iat: now / 1000 });
  });

  it('An envelope is inspected without a private key', async () => {
    const kids = new Set(['v1']);
    expect(inspectEnvelope(await sealed(), { ...expected(), kids }).purpose).toBe('password');
  });

  it('An envelope shows nothing of the secret and differs each time', async () => {
    const [a, b] = [await sealed(), await sealed()];
    expect(a).not.toBe(b);
    expect(Buffer.from(a, 'base64url').toString('latin1')).not.toContain('canary');
  });

  it('An envelope is refused for another purpose', async () => {
    expect(await refusals(await sealed(), { purpose: 'rrn' })).toEqual(both('ENVELOPE_WRONG_PURPOSE'));
  });

  it('An envelope is refused for another reissue', async () => {
    expect(await refusals(await sealed(), { sub: 'reissue-2' })).toEqual(both('ENVELOPE_WRONG_SUBJECT'));
  });

  it('An envelope is refused when it is too old, or made in the future', async () => {
    expect(await refusals(await sealed(now - 15 * minute))).toEqual(both('taken'));
    expect(await refusals(await sealed(now - 15 * minute - 1000))).toEqual(both('ENVELOPE_EXPIRED'));
    expect(await refusals(await sealed(now - 2 * minute), { maxAgeMs: minute })).toEqual(
      both('ENVELOPE_EXPIRED'),
    );
    expect(await refusals(await sealed(now + minute))).toEqual(both('taken'));
    expect(await refusals(await sealed(now + minute + 1000))).toEqual(both('ENVELOPE_EXPIRED'));
  });

  it('An envelope is refused at a front end other than it names, or if it names none', async () => {
    const boundTo = { client: 'other-app', keyThumbprint: jkt };
    expect(await refusals(await sealed(), { boundTo })).toEqual(both('ENVELOPE_WRONG_CLIENT'));
    expect(await refusals(await handMade({ client: undefined }))).toEqual(both('ENVELOPE_WRONG_CLIENT'));
    expect(await refusals(await handMade({ client: 1 }))).toEqual(both('ENVELOPE_MALFORMED'));
  });

  it('An envelope is refused for a key other than it names, or if it names none', async () => {
    const boundTo = { client: 'app', keyThumbprint: 'A'.repeat(43) };
    expect(await refusals(await sealed(), { boundTo })).toEqual(both('ENVELOPE_WRONG_KEY'));
    expect(await refusals(await handMade({ jkt: undefined }))).toEqual(both('ENVELOPE_WRONG_KEY'));
    expect(await refusals(await handMade({ jkt: 'short' }))).toEqual(both('ENVELOPE_MALFORMED'));
  });

  it('An envelope without a reissue is accepted only if it names no key', async () => {
    const boundTo = { client: 'app', keyThumbprint: null };
    expect(await refusals(await sealed(), { boundTo })).toEqual(both('ENVELOPE_WRONG_KEY'));
    expect(await refusals(await handMade({ jkt: undefined }), { boundTo })).toEqual(both('taken'));
  });

  it('An envelope known to be older than front end and key binding is accepted without them', async () => {
    const old = await handMade({ client: undefined, jkt: undefined });
    expect(await refusals(old, { boundTo: undefined })).toEqual(both('taken'));
  });

  it('An envelope sealed to an unknown key is refused', async () => {
    const stranger = { ...(await newKey('v2')), d: undefined } as JWK;
    const jwe = await seal('canary', {
      purpose: 'password',
      sub: 'reissue-1',
      ...{ client: 'app', keyThumbprint: jkt },
      publicJwk: stranger,
      now: now,
    });
    expect(await refusals(jwe)).toEqual(both('ENVELOPE_UNKNOWN_KEY'));
  });

  it('An envelope sealed to a foreign key under a known key id cannot be read', async () => {
    const stranger = { ...(await newKey('v1')), d: undefined } as JWK;
    expect(await refusals(await handMade({}, stranger))).toEqual(['taken', 'ENVELOPE_UNREADABLE']);
  });

  it('An envelope with a rewritten purpose, subject, front end, key or time is refused', async () => {
    const rewritten = [
      withHeader((header) => (header['purpose'] = 'rrn')),
      withHeader((header) => (header['sub'] = 'reissue-2')),
      withHeader((header) => (header['iat'] = now / 1000 + 10)),
      withHeader((header) => (header['client'] = 'other-app')),
      withHeader((header) => (header['jkt'] = 'A'.repeat(43))),
    ];
    const more = [
      ...[{ purpose: 'rrn' }, { sub: 'reissue-2' }, {}],
      { boundTo: { client: 'other-app', keyThumbprint: jkt } },
      { boundTo: { client: 'app', keyThumbprint: 'A'.repeat(43) } },
    ];
    for (const [index, jwe] of rewritten.entries()) {
      expect(await refusals(await jwe, more[index])).toEqual(['taken', 'ENVELOPE_UNREADABLE']);
    }
  });

  it('An envelope with an altered ciphertext, nonce, tag, encrypted key or ephemeral key is refused', async () => {
    const parts = (await sealed()).split('.');
    for (const index of [1, 2, 3, 4]) {
      const bytes = Buffer.from(parts[index] ?? '', 'base64url');
      bytes[0]! ^= 1;
      expect(await refusals(parts.with(index, bytes.toString('base64url')).join('.'))).toEqual([
        'taken',
        'ENVELOPE_UNREADABLE',
      ]);
    }
    // A point that is not on the curve must not reach the key agreement.
    const offCurve = await withHeader((header) => {
      header['epk'] = {
        kty: 'EC',
        crv: 'P-256',
        x: Buffer.alloc(32, 1).toString('base64url'),
        y: Buffer.alloc(32, 1).toString('base64url'),
      };
    });
    expect(await refusals(offCurve)).toEqual(['taken', 'ENVELOPE_UNREADABLE']);
    const noKey = await withHeader((header) => delete header['epk']);
    expect(await refusals(noKey)).toEqual(['taken', 'ENVELOPE_UNREADABLE']);
  });

  it.each([
    ['empty', ''],
    ['not a JWE', 'canary'],
    ['a JWS', 'eyJhbGciOiJub25lIn0.e30.'],
    ['JSON serialization', '{"protected":"e30"}'],
    ['a header that is not JSON', 'Y2FuYXJ5.a.a.a.a'],
    ['a header that is an array', 'W10.a.a.a.a'],
    ['a header that is null', 'bnVsbA.a.a.a.a'],
    ['a header of bad UTF-8', '____.a.a.a.a'],
    ['more than 8 kB', `e30.a.a.${'a'.repeat(8192)}.a`],
  ])('An envelope that is %s is malformed', async (_, jwe) => {
    expect(await refusals(jwe)).toEqual(both('ENVELOPE_MALFORMED'));
  });

  it.each<[string, Record<string, unknown>]>([
    ['another key agreement', { alg: 'ECDH-ES+A128KW' }],
    ['another cipher', { enc: 'A128GCM' }],
    ['a purpose we do not know', { purpose: 'other' }],
    ['no purpose', { purpose: undefined }],
    ['no subject', { sub: undefined }],
    ['a subject that is not text', { sub: ['reissue-1'] }],
    ['no time', { iat: undefined }],
    ['a time that is text', { iat: '1' }],
    ['a fraction of a second', { iat: now / 1000 + 0.5 }],
    ['no jti', { jti: undefined }],
    ['a jti that is too short', { jti: 'a' }],
    ['no kid', { kid: undefined }],
  ])('An envelope whose header has %s is malformed', async (_, header) => {
    expect(await refusals(await handMade(header))).toEqual(both('ENVELOPE_MALFORMED'));
  });

  it.each(['zip', 'crit', 'jku', 'x5u', 'p2c'])(
    'An envelope whose header has %s is malformed',
    async (name) => {
      const jwe = await withHeader((header) => (header[name] = 'DEF'));
      expect(await refusals(jwe)).toEqual(both('ENVELOPE_MALFORMED'));
    },
  );

  it('An envelope still opens with a key that a newer one has replaced', async () => {
    const rotated = await importVaultKeys({ keys: [await newKey('v2'), privateJwk] });
    expect(await refusals(await sealed(), {}, rotated)).toEqual(both('taken'));
  });
});

describe('vault keys', () => {
  it('Vault keys are published without their private part', () => {
    const published = publicVaultKeys({ keys: [privateJwk] });
    expect(JSON.stringify(published)).not.toContain(privateJwk.d);
    expect(published.keys[0]).toMatchObject({ kid: 'v1', alg: 'ECDH-ES+A256KW', use: 'enc' });
  });

  it('Vault keys are refused without a kid, on another curve or without a private part', async () => {
    expect(() => publicVaultKeys({ keys: [{ ...privateJwk, kid: '' }] })).toThrow('no kid');
    expect(() => publicVaultKeys({ keys: [{ ...privateJwk, crv: 'P-384' }] })).toThrow('not a P-256');
    await expect(importVaultKeys({ keys: [publicJwk] })).rejects.toThrow('not a private key');
  });
});

describe('a vault handle', () => {
  const key = createSecretKey(new Uint8Array(32).fill(1));
  it('A vault handle is equal for the same call and differs with each input and the key', () => {
    const handle = vaultHandle(key, 'r', 'u', 'password');
    expect(handle).toMatch(/^[0-9a-f]{32}$/);
    expect(vaultHandle(key, 'r', 'u', 'password')).toBe(handle);
    const others = [
      vaultHandle(key, 'r2', 'u', 'password'),
      vaultHandle(key, 'r', 'u2', 'password'),
      vaultHandle(key, 'r', 'u', 'rrn'),
      vaultHandle(key, 'ru', '', 'password'),
      vaultHandle(createSecretKey(new Uint8Array(32)), 'r', 'u', 'password'),
    ];
    expect(new Set([handle, ...others]).size).toBe(6);
  });
});
