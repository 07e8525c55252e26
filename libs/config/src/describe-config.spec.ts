import { describe, expect, it } from '@jest/globals';
import { describeConfig, integer, loadConfig, secretBytes, secretText, url, urls } from './index.js';
import { auditKeys, keyring } from './fragments.js';
import { z } from 'zod';

const bytes = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const schema = z.object({
  retries: integer(3),
  databaseUrl: url('postgres'),
  providers: urls('https'),
  passphrase: secretText(),
  pin: secretText().describe('PIN of the token').optional(),
  idKey: secretBytes(32),
  codecKeys: keyring,
  auditKeys,
  absent: z.string().optional(),
});
const describeEnvironment = (changed: NodeJS.ProcessEnv = {}) =>
  describeConfig(
    schema,
    loadConfig(schema, {
      RESEAL_ENV: 'test',
      RESEAL_DATABASE_URL: 'postgres://worker:hunter2hunter2@db.bank.example:5432/reseal',
      RESEAL_PROVIDERS: 'https://user:hunter3hunter3@a.example/x,https://b.example/',
      RESEAL_PASSPHRASE: 'correct horse',
      RESEAL_PIN: '4711-4711',
      RESEAL_ID_KEY: bytes(1),
      RESEAL_CODEC_KEYS: JSON.stringify({ current: 'c2', keys: { c1: bytes(2), c2: bytes(3) } }),
      RESEAL_AUDIT_KEYS: JSON.stringify({
        keys: [
          {
            kty: 'OKP',
            crv: 'Ed25519',
            kid: 'a1',
            x: 'cHVibGlj',
            d: 'c2VjcmV0',
            validFrom: '2026-01-01T00:00:00Z',
          },
        ],
      }),
      ...changed,
    }),
  );

describe('describeConfig', () => {
  it('describeConfig shows settings without their secrets', () => {
    const { settings } = describeEnvironment();
    expect(settings).toEqual({
      retries: 3,
      databaseUrl: 'postgres://worker@db.bank.example:5432/reseal',
      providers: ['https://user@a.example/x', 'https://b.example/'],
      passphrase: 'set',
      pin: 'set',
      idKey: expect.stringMatching(/^sha256:[0-9a-f]{16}$/),
      codecKeys: { current: 'c2', keys: { c1: expect.anything(), c2: expect.anything() } },
      auditKeys: {
        keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'a1', x: 'cHVibGlj', validFrom: '2026-01-01T00:00:00Z' }],
      },
    });
    expect(JSON.stringify(settings)).not.toMatch(/hunter|horse|4711|c2VjcmV0|AQEB|AgIC|AwMD/);
  });

  it('describeConfig shows two keys under the same id differently', () => {
    const changed = describeEnvironment({
      RESEAL_CODEC_KEYS: JSON.stringify({ current: 'c2', keys: { c1: bytes(2), c2: bytes(4) } }),
    });
    expect(changed.settings['codecKeys']).not.toEqual(describeEnvironment().settings['codecKeys']);
  });

  it('describeConfig lists the ids of private and symmetric keys', () => {
    expect(describeEnvironment().keys).toEqual([
      { setting: 'codecKeys', kid: 'c1' },
      { setting: 'codecKeys', kid: 'c2' },
      { setting: 'auditKeys', kid: 'a1' },
    ]);
  });
});
