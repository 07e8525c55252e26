import { spawnSync } from 'node:child_process';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { der } from '#libs/der';
import { oids } from './oids.js';
import { maxIterations } from './key-derivation.js';
import { type EncryptionForm, encryptWithPassword } from './password-encryption.js';
import { encodePrivateKeyInfo } from './private-key-info.js';
import {
  isEncryptedPrivateKey,
  NpkiKeyError,
  readPrivateKeyFile,
  writePrivateKeyFile,
} from './private-key-file.js';
import { NpkiUnsupportedError } from './unsupported.js';

// A key made for tests only.
const file = (name: string) => new Uint8Array(readFileSync(new URL(`../testdata/${name}`, import.meta.url)));
const oldest = file('pbes1-seed-sha1.der');
const plain = file('plain-pkcs8.der');
const password = 'Npki!Test2026';
const random = '79ea7568a2d3776604e18bcd3a1b1b85b7da0872';

const forms: readonly EncryptionForm[] = [
  'PBES1-SHA1-SEED',
  'PBES2-HMACSHA1-SEED',
  'PBES2-HMACSHA256-SEED',
  'PBES2-HMACSHA256-AES256',
];
const pkcs8Of = ({ privateKey }: KeyPairKeyObjectResult) =>
  new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }));
const ecKey = pkcs8Of(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const rsaKey = pkcs8Of(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const hex = (bytes: Uint8Array | undefined) => bytes && bytesToHex(bytes);

describe('signPri.key', () => {
  it('signPri.key is read in the oldest form, with its R', async () => {
    const key = await readPrivateKeyFile(oldest, password);
    expect(key.form).toBe('PBES1-SHA1-SEED');
    expect(hex(key.random)).toBe(random);
    expect(hex(encodePrivateKeyInfo(key.privateKey, key.random))).toBe(hex(plain));
  });

  it('signPri.key is written in the oldest form byte for byte', async () => {
    const options = { form: forms[0]!, password: new TextEncoder().encode(password), iterations: 2048 };
    const salt = hexToBytes('0102030405060708');
    const { algorithm, encrypted } = await encryptWithPassword(plain, { ...options, random: () => salt });
    expect(hex(der.sequence(algorithm, der.octetString(encrypted)))).toBe(hex(oldest));
  });

  it('signPri.key is read if it is not encrypted', async () => {
    const key = await readPrivateKeyFile(plain);
    expect([key.form, hex(key.random)]).toEqual(['PKCS8', random]);
    expect([plain, oldest].map(isEncryptedPrivateKey)).toEqual([false, true]);
  });

  it.each(forms)('signPri.key in %s gives back any key, password, count and R', async (form) => {
    const keys = fc.constantFrom(ecKey, rsaKey);
    const secret = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 80 }));
    const r = fc.option(fc.uint8Array({ minLength: 20, maxLength: 40 }), { nil: undefined });
    const count = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(
        keys,
        secret,
        r,
        fc.nat(20),
        count,
        async (privateKey, word, bytes, zeros, iterations) => {
          bytes?.fill(0, 0, zeros);
          const written = await writePrivateKeyFile({
            privateKey,
            random: bytes,
            form,
            password: word,
            iterations,
          });
          const key = await readPrivateKeyFile(written, word);
          expect({ ...key, privateKey: hex(key.privateKey), random: hex(key.random) }).toEqual({
            form,
            privateKey: hex(privateKey),
            random: hex(bytes),
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each(forms)('signPri.key does not open with another password (%s)', async (form) => {
    const written = await writePrivateKeyFile({ privateKey: ecKey, form, password, iterations: 1 });
    // With this number of attempts, the padding is correct by chance a few times.
    for (let attempt = 0; attempt < 600; attempt += 1)
      await expect(readPrivateKeyFile(written, `${password}${attempt}`)).rejects.toThrow(NpkiKeyError);
    await expect(readPrivateKeyFile(written)).rejects.toThrow('the password is wrong or the file is damaged');
  });

  it('signPri.key is refused with that one error if it is truncated anywhere or has trailing bytes', async () => {
    for (const whole of [oldest, plain]) {
      for (let length = 0; length < whole.length; length += 1)
        await expect(readPrivateKeyFile(whole.subarray(0, length), password)).rejects.toThrow(NpkiKeyError);
      const longer = Uint8Array.from([...whole, 0]);
      await expect(readPrivateKeyFile(longer, password)).rejects.toThrow(NpkiKeyError);
    }
  });

  it.each([
    ['RSA', rsaKey],
    ['EC', ecKey],
  ])('signPri.key never opens to another %s key, whichever byte is damaged', async (_, privateKey) => {
    const whole = await writePrivateKeyFile({ privateKey, form: forms[2]!, password, iterations: 1 });
    for (let at = 0; at < whole.length; at += 3) {
      const damaged = whole.with(at, whole[at]! ^ (1 << (at % 8)));
      const opened = await readPrivateKeyFile(damaged, password).catch((error: unknown) => error);
      // The damaged byte may be one that does not affect the key.
      if (opened instanceof NpkiKeyError || opened instanceof NpkiUnsupportedError) continue;
      expect(hex((opened as { privateKey: Uint8Array }).privateKey)).toBe(hex(privateKey));
    }
  });

  it('signPri.key with a hostile iteration count is refused', async () => {
    const since = Date.now();
    const hostile = [0, maxIterations + 1, 0x7f_ff_ff_ff].flatMap((count) => {
      const pbkdf2 = der.sequence(
        der.objectIdentifier(oids.pbkdf2),
        der.sequence(der.octetString(new Uint8Array(8)), der.smallInteger(count)),
      );
      const seed = der.sequence(der.objectIdentifier(oids.seedCbc), der.octetString(new Uint8Array(16)));
      return [
        der.sequence(der.objectIdentifier(oids.pbes2), der.sequence(pbkdf2, seed)),
        der.sequence(
          der.objectIdentifier(oids.pbeWithSha1AndSeedCbc),
          der.sequence(der.octetString(new Uint8Array(8)), der.smallInteger(count)),
        ),
      ];
    });
    for (const algorithm of hostile) {
      const whole = der.sequence(algorithm, der.octetString(new Uint8Array(64)));
      await expect(readPrivateKeyFile(whole, password)).rejects.toThrow(NpkiKeyError);
    }
    expect(Date.now() - since).toBeLessThan(10_000);
    const excessive = { privateKey: ecKey, form: forms[0]!, password, iterations: maxIterations + 1 };
    await expect(writePrivateKeyFile(excessive)).rejects.toThrow(RangeError);
  });

  it('signPri.key of any bytes never crashes the parser', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        await expect(readPrivateKeyFile(der.sequence(bytes), password)).rejects.toThrow(NpkiKeyError);
        await expect(readPrivateKeyFile(der.sequence(der.sequence(bytes)), password)).rejects.toThrow(
          NpkiKeyError,
        );
      }),
    );
  });
});

describe('signPri.key and OpenSSL', () => {
  const legacy = ['-provider', 'legacy', '-provider', 'default'];
  const openssl = (args: readonly string[], input: Uint8Array) =>
    spawnSync('openssl', [...args, ...legacy, '-inform', 'DER'], { input });
  const convert = ['pkcs8', '-topk8', '-outform', 'DER', '-passout', `pass:${password}`];

  it.each([
    ['PBES2-HMACSHA1-SEED', 'seed-cbc', 'hmacWithSHA1'],
    ['PBES2-HMACSHA256-SEED', 'seed-cbc', 'hmacWithSHA256'],
    ['PBES2-HMACSHA256-AES256', 'aes-256-cbc', 'hmacWithSHA256'],
  ] as const)('Both implementations read what the other wrote as %s', async (form, cipher, prf) => {
    const theirs = openssl([...convert, '-v2', cipher, '-v2prf', prf], ecKey).stdout;
    const key = await readPrivateKeyFile(theirs, password);
    expect([key.form, hex(key.privateKey)]).toEqual([form, hex(ecKey)]);

    const ours = await writePrivateKeyFile({
      privateKey: ecKey,
      random: new Uint8Array(20),
      form,
      password,
    });
    const read = openssl(['pkey', '-passin', `pass:${password}`, '-pubout', '-outform', 'DER'], ours);
    const privateKey = createPrivateKey({ key: Buffer.from(ecKey), format: 'der', type: 'pkcs8' });
    const expected = createPublicKey(privateKey);
    expect(hex(read.stdout)).toBe(hex(expected.export({ type: 'spki', format: 'der' })));
  });
});
