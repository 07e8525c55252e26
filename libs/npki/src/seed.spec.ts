import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { FormatError } from '#libs/der';
import { seedCbcDecrypt, seedCbcEncrypt, seedDecryptBlock, seedEncryptBlock } from './seed.js';

const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });

/** SEED in OpenSSL's legacy provider. */
function openssl(args: readonly string[], input: Uint8Array): Buffer {
  const command = ['enc', '-seed-cbc', '-provider', 'legacy', '-provider', 'default', ...args];
  return execFileSync('openssl', command, { input });
}
const zeros = '0'.repeat(32);

describe('SEED', () => {
  it.each([
    ['B.1', zeros, '000102030405060708090a0b0c0d0e0f', '5ebac6e0054e166819aff1cc6d346cdb'],
    ['B.2', '000102030405060708090a0b0c0d0e0f', zeros, 'c11f22f20140505084483597e4370f43'],
    [
      'B.3',
      '4706480851e61be85d74bfb3fd956185',
      '83a2f8a288641fb9a4e9a5cc2f131c7d',
      'ee54d13ebcae706d226bc3142cd40d4a',
    ],
    [
      'B.4',
      '28dbc3bc49ffd87dcfa509b11d422be7',
      'b41e6be2eba84a148e2eed84593c5ec7',
      '9b9b7bfcd1813cb95d0b3618f40f5122',
    ],
  ])('SEED encrypts and decrypts as RFC 4269 %s', (_, key, plain, encrypted) => {
    expect(bytesToHex(seedEncryptBlock(hexToBytes(key), hexToBytes(plain)))).toBe(encrypted);
    expect(bytesToHex(seedDecryptBlock(hexToBytes(key), hexToBytes(encrypted)))).toBe(plain);
  });

  it('SEED decrypts what it encrypted, of any length', () => {
    fc.assert(
      fc.property(sixteen, sixteen, fc.uint8Array({ maxLength: 100 }), (key, iv, plain) => {
        const encrypted = seedCbcEncrypt(key, iv, plain);
        expect(encrypted.length % 16).toBe(0);
        expect(encrypted.length).toBeGreaterThan(plain.length);
        expect(seedCbcDecrypt(key, iv, encrypted)).toEqual(Uint8Array.from(plain));
      }),
    );
  });

  it('SEED agrees with OpenSSL, whose S-boxes are another copy', () => {
    const whole = Uint8Array.from({ length: 4099 }, (_, index) => (index * 167 + (index >> 8)) & 0xff);
    const [key, iv] = [whole.subarray(5, 21), whole.subarray(91, 107)];
    const encrypted = openssl(['-K', bytesToHex(key), '-iv', bytesToHex(iv)], whole);
    expect(bytesToHex(seedCbcEncrypt(key, iv, whole))).toBe(encrypted.toString('hex'));
    expect(bytesToHex(seedCbcDecrypt(key, iv, encrypted))).toBe(bytesToHex(whole));
  });

  it.each([
    ['nothing', ''],
    ['half a block', '00'.repeat(8)],
    ['wrong padding', '00'.repeat(16)],
  ])('SEED refuses to decrypt %s', (_, hex) => {
    const key = new Uint8Array(16);
    expect(() => seedCbcDecrypt(key, key, hexToBytes(hex))).toThrow(FormatError);
  });
});
