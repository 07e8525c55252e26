import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { der, DerReader, tags } from '#libs/der';
import { isKeyOf } from './key-pair.js';
import { oids } from './oids.js';
import { readPkcs12 } from './pkcs12-reader.js';
import { NpkiKeyError, readPrivateKeyFile } from './private-key-file.js';
import { readerOfSingle } from './reader.js';
import { NpkiUnsupportedError } from './unsupported.js';

const testdata = fileURLToPath(new URL('../testdata/', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'npki-old-'));
afterAll(() => rmSync(directory, { recursive: true }));

const spkiOf = (pkcs8: Uint8Array) =>
  createPublicKey(createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })).export({
    type: 'spki',
    format: 'pem',
  });

describe('Key files of their time', () => {
  const folder = join(testdata, 'old-key-scheme');
  const password = readFileSync(join(folder, 'password'), 'utf8');

  it.each([
    ['1.2.410.200004.1.4', 'PBES1-SHA1-SEED-FIXEDIV'],
    ['1.2.410.200004.1.15', 'PBES1-SHA1-SEED'],
  ])('An old key file opens in the scheme %s', async (scheme, form) => {
    const file = readFileSync(join(folder, `signPri-${scheme}.key`));
    const opened = await readPrivateKeyFile(file, password);
    expect(opened.form).toBe(form);
    expect(spkiOf(opened.privateKey)).toBe(readFileSync(join(folder, 'public.pem'), 'utf8'));
    await expect(readPrivateKeyFile(file, `${password}!`)).rejects.toThrow(NpkiKeyError);
  });

  it.each([
    ['PBE-MD5-DES', 'PBES1-MD5-DES'],
    ['PBE-SHA1-DES', 'PBES1-SHA1-DES'],
    ['PBE-MD5-RC2-64', 'PBES1-MD5-RC2'],
    ['PBE-SHA1-RC2-64', 'PBES1-SHA1-RC2'],
    ['PBE-SHA1-3DES', 'PKCS12-SHA1-3DES'],
    ['PBE-SHA1-2DES', 'PKCS12-SHA1-3DES2KEY'],
    ['PBE-SHA1-RC2-128', 'PKCS12-SHA1-RC2128'],
    ['PBE-SHA1-RC2-40', 'PKCS12-SHA1-RC240'],
  ])('An old key file of OpenSSL opens with %s', async (algorithm, form) => {
    const [plain, file] = [join(directory, 'plain.der'), join(directory, `${algorithm}.key`)];
    const { privateKey } = await readPrivateKeyFile(readFileSync(join(testdata, 'plain-pkcs8.der')));
    writeFileSync(plain, privateKey);
    const write = ['pkcs8', '-topk8', '-inform', 'DER', '-in', plain, '-outform', 'DER', '-out', file];
    const providers = ['-provider', 'legacy', '-provider', 'default'];
    const written = spawnSync('openssl', [
      ...write,
      '-v1',
      algorithm,
      '-passout',
      'pass:Old-1234',
      ...providers,
    ]);
    expect(written.stderr.toString()).toBe('');
    const opened = await readPrivateKeyFile(readFileSync(file), 'Old-1234');
    expect(opened.form).toBe(form);
    expect(spkiOf(opened.privateKey)).toBe(spkiOf(privateKey));
    await expect(readPrivateKeyFile(readFileSync(file), 'Old-1235')).rejects.toThrow(NpkiKeyError);
  });
});

describe('PKCS #12 files of other tools', () => {
  const folder = join(testdata, 'pkcs12');
  const password = readFileSync(join(folder, 'password'), 'utf8');
  const names = [
    'cert-not-encrypted.p12',
    'java17-default.p12',
    'openssl1-default-rc2-3des.p12',
    'openssl3-default.p12',
    'windows-aes256-sha256.pfx',
    'windows-tripledes-sha1.pfx',
  ];

  it.each(names)(
    'A PKCS #12 file of another tool opens with the certificate of its key (%s)',
    async (name) => {
      const file = readFileSync(join(folder, name));
      const opened = await readPkcs12(file, password);
      expect(await isKeyOf(opened.privateKey, opened.certificate)).toBe(true);
      expect(opened.authorities).toHaveLength(2);
      await expect(readPkcs12(file, `${password}!`)).rejects.toThrow(NpkiKeyError);
    },
  );

  it('A PKCS #12 file in BER with indefinite lengths and constructed strings opens, as NSS and Bouncy Castle write it', async () => {
    const file = readFileSync(join(folder, 'openssl3-default.p12'));
    const opened = await readPkcs12(asBer(file), password);
    expect(opened).toEqual(await readPkcs12(file, password));
  });

  it('A PKCS #12 file without a MAC opens', async () => {
    const pfx = readerOfSingle(readFileSync(join(folder, 'openssl3-default.p12')), tags.sequence);
    const bare = der.sequence(pfx.element().encoded, pfx.element().encoded);
    await expect(readPkcs12(bare, password)).resolves.toMatchObject({ random: undefined });
    await expect(readPkcs12(bare, 'wrong')).rejects.toThrow(NpkiKeyError);
  });
});

describe('A form that is not known', () => {
  const rc4 = '1.2.840.113549.1.12.1.1';
  const salted = (oid: string) =>
    der.sequence(
      der.objectIdentifier(oid),
      der.sequence(der.octetString(new Uint8Array(8)), der.smallInteger(2048)),
    );

  it('An unsupported form is named instead of a wrong password', async () => {
    const file = der.sequence(salted(rc4), der.octetString(new Uint8Array(64)));
    const reading = readPrivateKeyFile(file, 'whatever');
    await expect(reading).rejects.toThrow(NpkiUnsupportedError);
    await expect(reading).rejects.toThrow(`the file uses encryption ${rc4}, which is not supported`);
  });

  it('An unsupported form of PBES2 is named by its part', async () => {
    const derivation = (prf: string) =>
      der.sequence(
        der.objectIdentifier(oids.pbkdf2),
        der.sequence(
          der.octetString(new Uint8Array(8)),
          der.smallInteger(1),
          der.sequence(der.objectIdentifier(prf), der.nullValue),
        ),
      );
    const pbes2 = (prf: string, cipher: string) =>
      der.sequence(
        der.objectIdentifier(oids.pbes2),
        der.sequence(
          derivation(prf),
          der.sequence(der.objectIdentifier(cipher), der.octetString(new Uint8Array(16))),
        ),
      );
    const aria = '1.2.410.200046.1.1.12';
    const reading = (algorithm: Uint8Array) =>
      readPrivateKeyFile(der.sequence(algorithm, der.octetString(new Uint8Array(64))), 'whatever');
    await expect(reading(pbes2(oids.hmacWithSha256, aria))).rejects.toThrow(`cipher ${aria}`);
    await expect(reading(pbes2('1.2.3.4', oids.seedCbc))).rejects.toThrow('pseudorandom function 1.2.3.4');
  });

  it('An unsupported form of PKCS #12 is named before its MAC is computed', async () => {
    const encryptedData = der.sequence(
      der.smallInteger(0),
      der.sequence(der.objectIdentifier(oids.data), salted(rc4), der.implicit(0, new Uint8Array(8))),
    );
    const safe = der.sequence(
      der.sequence(der.objectIdentifier(oids.encryptedData), der.explicit(0, encryptedData)),
    );
    const digest = der.sequence(
      der.sequence(der.objectIdentifier(oids.sha1)),
      der.octetString(new Uint8Array(20)),
    );
    const pfx = der.sequence(
      der.smallInteger(3),
      der.sequence(der.objectIdentifier(oids.data), der.explicit(0, der.octetString(safe))),
      der.sequence(digest, der.octetString(new Uint8Array(8)), der.smallInteger(2048)),
    );
    await expect(readPkcs12(pfx, 'whatever')).rejects.toThrow(`encryption ${rc4}`);
  });
});

/**
 * The same value in BER: constructed values have indefinite lengths, and the octets with the MAC are in several pieces.
 */
function asBer(bytes: Uint8Array): Uint8Array {
  const element = new DerReader(bytes).element();
  const [tag, open] = [element.tag, Uint8Array.of(0x80)];
  if (tag === tags.octetString && element.content.length > 100) {
    const middle = element.content.length >> 1;
    const pieces = [element.content.subarray(0, middle), element.content.subarray(middle)];
    return Buffer.concat([Uint8Array.of(0x24), open, ...pieces.map(der.octetString), new Uint8Array(2)]);
  }
  if (!(tag & 0x20)) return element.encoded;
  const children = [...new DerReader(element.content).elements()].map(({ encoded }) => asBer(encoded));
  return Buffer.concat([Uint8Array.of(tag), open, ...children, new Uint8Array(2)]);
}
