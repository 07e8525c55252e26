import { spawnSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bytesToHex } from '@noble/hashes/utils.js';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { der, FormatError, tags } from '#libs/der';
import { npkiFiles, npkiZip } from './folder.js';
import { maxPkcs12Iterations } from './key-derivation.js';
import { readPkcs12 } from './pkcs12-reader.js';
import { writePkcs12 } from './pkcs12.js';
import { encodeCertificates, readCertificates } from './pkcs7.js';
import { NpkiKeyError } from './private-key-file.js';
import { readerOfSingle } from './reader.js';
import { NpkiUnsupportedError } from './unsupported.js';

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const subject =
  'C=kr, O=reseal-test, OU=personal4IB, OU=RESEAL, CN=김표본(KIM PYO BON)0999040261123000000001';
const directory = mkdtempSync(join(tmpdir(), 'npki-'));
const password = 'Npki!시험 2026';
let privateKey: Uint8Array;
let root: Uint8Array;
let certificate: Uint8Array;

beforeAll(async () => {
  const ca = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const holder = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  root = await issue('C=kr, O=reseal-test, CN=reseal-test Root CA', ca);
  certificate = await issue(subject, ca, holder.publicKey);
  privateKey = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', holder.privateKey));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function issue(name: string, ca: webcrypto.CryptoKeyPair, publicKey = ca.publicKey) {
  const made = await x509.X509CertificateGenerator.create({
    subject: name,
    issuer: 'C=kr, O=reseal-test, CN=reseal-test Root CA',
    publicKey,
    signingKey: ca.privateKey,
    signingAlgorithm: ecdsa,
    notAfter: new Date('2027-11-22T14:59:59Z'),
    extensions: [new x509.BasicConstraintsExtension(publicKey === ca.publicKey)],
  });
  return new Uint8Array(made.rawData);
}

/** @returns the output of `openssl` @throws its error output */
function openssl(args: readonly string[], input?: Uint8Array): string {
  const { status, stdout, stderr } = spawnSync('openssl', args, { input });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout.toString();
}
const pemBodies = (pem: string, label: string) =>
  [...pem.matchAll(new RegExp(`-----BEGIN ${label}-----([^-]+)-----END`, 'g'))].map(([, body]) =>
    Buffer.from(body!, 'base64').toString('hex'),
  );
const hex = (bytes: Uint8Array) => bytesToHex(bytes);

describe('PKCS #12', () => {
  const random = new Uint8Array(20).fill(7, 2);
  const content = () => ({ privateKey, random, certificate, authorities: [root], password, iterations: 5 });

  it('OpenSSL reads key, certificate, chain and name of a PKCS #12 file', async () => {
    const path = join(directory, 'holder.p12');
    writeFileSync(path, await writePkcs12({ ...content(), friendlyName: 'Kim Pyobon', iterations: 2048 }));
    const read = ['pkcs12', '-in', path, '-nodes', '-passin', `pass:${password}`];
    const printed = openssl(read);
    expect(pemBodies(printed, 'CERTIFICATE')).toEqual([hex(certificate), hex(root)]);
    expect(pemBodies(printed, 'PRIVATE KEY')[0]).toBe(hex(privateKey));
    expect(pemBodies(openssl([...read, '-clcerts', '-nokeys']), 'CERTIFICATE')).toEqual([hex(certificate)]);
    expect(printed).toContain('friendlyName: Kim Pyobon');
    const info = spawnSync('openssl', [...read, '-info', '-noout']).stderr.toString();
    expect(info).toContain('MAC: sha256, Iteration 2048');
    expect(info).toContain('PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256');
    expect(() => openssl(['pkcs12', '-in', path, '-nodes', '-passin', 'pass:wrong'])).toThrow(
      'invalid password',
    );
  });

  it('A PKCS #12 file of OpenSSL opens, with both kinds of MAC', async () => {
    const [key, own, ca] = ['key.pem', 'own.pem', 'ca.pem'].map((name) => join(directory, name));
    const pem = (label: string, der: Uint8Array) =>
      x509.PemConverter.encode(Uint8Array.from(der).buffer, label);
    writeFileSync(key!, pem('PRIVATE KEY', privateKey));
    writeFileSync(own!, pem('CERTIFICATE', certificate));
    writeFileSync(ca!, pem('CERTIFICATE', root));
    for (const mac of ['sha1', 'sha256']) {
      const path = join(directory, 'theirs.p12');
      const write = ['pkcs12', '-export', '-inkey', key!, '-in', own!, '-certfile', ca!, '-out', path];
      openssl([...write, '-name', 'theirs', '-macalg', mac, '-passout', `pass:${password}`]);
      const read = await readPkcs12(readFileSync(path), password);
      expect(hex(read.privateKey)).toBe(hex(privateKey));
      expect(hex(read.certificate)).toBe(hex(certificate));
      expect(read.authorities.map(hex)).toEqual([hex(root)]);
      expect(read).toMatchObject({ friendlyName: 'theirs', random: undefined });
    }
  });

  it('A PKCS #12 file gives back its contents, for any password and name', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 70 });
    await fc.assert(
      fc.asyncProperty(text, fc.option(text, { nil: undefined }), fc.nat(20), async (word, name, zeros) => {
        const r = new Uint8Array(20).fill(1, zeros);
        const file = {
          ...content(),
          random: r,
          password: word,
          ...(name === undefined ? {} : { friendlyName: name }),
        };
        const read = await readPkcs12(await writePkcs12(file), word);
        expect(hex(read.random!)).toBe(hex(r));
        expect(hex(read.privateKey)).toBe(hex(privateKey));
        expect(read.friendlyName).toBe(name);
      }),
      { numRuns: 20 },
    );
  });

  it('A PKCS #12 file with a hostile iteration count of its MAC is refused', async () => {
    const pfx = readerOfSingle(await writePkcs12(content()), tags.sequence);
    const [version, safe, mac] = [pfx.element(), pfx.element(), pfx.inside(tags.sequence)];
    const [digest, salt] = [mac.element(), mac.element()];
    const hostile = der.sequence(
      version.encoded,
      safe.encoded,
      der.sequence(digest.encoded, salt.encoded, der.smallInteger(maxPkcs12Iterations + 1)),
    );
    const before = performance.now();
    await expect(readPkcs12(hostile, password)).rejects.toThrow(NpkiKeyError);
    expect(performance.now() - before).toBeLessThan(2_000);
    await expect(writePkcs12({ ...content(), iterations: maxPkcs12Iterations + 1 })).rejects.toThrow(
      RangeError,
    );
  });

  it('A PKCS #12 file does not open with another password, truncated or altered', async () => {
    const whole = await writePkcs12(content());
    await expect(readPkcs12(whole, `${password} `)).rejects.toThrow(NpkiKeyError);
    for (let length = 0; length < whole.length; length += 1)
      await expect(readPkcs12(whole.subarray(0, length), password)).rejects.toThrow(NpkiKeyError);
    for (let at = 0; at < whole.length; at += 2) {
      const read = await readPkcs12(whole.with(at, whole[at]! ^ 4), password).catch(
        (error: unknown) => error,
      );
      const refused = read instanceof NpkiKeyError || read instanceof NpkiUnsupportedError;
      if (!refused) expect(read).toMatchObject({ random });
    }
  });
});

describe('PKCS #7', () => {
  it('A PKCS #7 file holds the chain, the holder first, as OpenSSL reads it', () => {
    const file = encodeCertificates([certificate, root]);
    const printed = openssl(['pkcs7', '-inform', 'DER', '-print_certs'], file);
    expect(pemBodies(printed, 'CERTIFICATE')).toEqual([hex(certificate), hex(root)]);
    expect(readCertificates(file).map(hex)).toEqual([hex(certificate), hex(root)]);
  });

  it('A PKCS #7 file that is truncated anywhere is refused', () => {
    const file = encodeCertificates([certificate, root]);
    for (let length = 0; length < file.length; length += 3)
      expect(() => readCertificates(file.subarray(0, length))).toThrow(FormatError);
  });
});

describe('the folder of joint certificates', () => {
  const folder =
    'NPKI/reseal-test/USER/cn=김표본(KIM PYO BON)0999040261123000000001,ou=RESEAL,ou=personal4IB,o=reseal-test,c=kr';

  it('The folder of joint certificates has certificate and key under the whole subject, and the CAs under their organisation', () => {
    const privateKeyFile = Uint8Array.of(1, 2, 3);
    const zip = npkiZip(
      { certificate, authorities: [root], privateKeyFile },
      new Date('2026-11-23T01:00:00Z'),
    );
    const files = unzipSync(zip);
    expect(Object.keys(files).sort()).toEqual([
      `${folder}/signCert.der`,
      `${folder}/signPri.key`,
      'NPKI/reseal-test/reseal-test Root CA.der',
    ]);
    expect(hex(files[`${folder}/signCert.der`]!)).toBe(hex(certificate));
    expect(hex(files[`${folder}/signPri.key`]!)).toBe('010203');
    expect(hex(files['NPKI/reseal-test/reseal-test Root CA.der']!)).toBe(hex(root));
  });

  it('The folder of joint certificates may lack the key, which its holder adds', () => {
    expect([...npkiFiles({ certificate }).keys()]).toEqual([`${folder}/signCert.der`]);
  });

  it('The folder of joint certificates has no path outside itself and no name that a file system refuses', async () => {
    const ca = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
    for (const [name, organisation] of [
      ['../../etc/passwd', '..'],
      ['가'.repeat(60), 'a/b\\c:d*e?f"g<h>i|j'],
      ['.', 'ends with a dot.'],
      [`${'a'.repeat(238)}. b`, `${'b'.repeat(254)}. c`],
      ['left\u202eright', '\u2066 isolated'],
    ] as const) {
      const made = await issue([{ O: [organisation] }, { CN: [name] }] as unknown as string, ca);
      for (const path of npkiFiles({ certificate: made, authorities: [made] }).keys()) {
        const parts = path.split('/');
        expect(parts[0]).toBe('NPKI');
        expect([3, 5]).toContain(parts.length);
        for (const part of parts) {
          expect(part).not.toMatch(/^\.*$|[\\:*?"<>|]|[. ]$|\p{Cf}/u);
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
        }
      }
    }
  });

  it('The folder name of a subject of hundreds of thousands of characters is found quickly', () => {
    const attribute = (type: string, value: Uint8Array) =>
      der.set(der.sequence(der.objectIdentifier(type), value));
    for (const name of [
      der.utf8String('가'.repeat(300_000)),
      der.utf8String(`${'.'.repeat(500_000)}x`),
      der.printableString('x'.repeat(500_000)),
    ]) {
      const subject = der.sequence(attribute('2.5.4.10', der.utf8String('o')), attribute('2.5.4.3', name));
      const empty = der.sequence();
      const time = der.time(new Date('2027-11-22T14:59:59Z'));
      const tbs = der.sequence(der.smallInteger(1), empty, empty, der.sequence(time, time), subject, empty);
      const before = performance.now();
      npkiFiles({ certificate: der.sequence(tbs) });
      expect(performance.now() - before).toBeLessThan(10_000);
    }
  });

  it('The folder of joint certificates needs a subject with an organisation', async () => {
    const ca = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
    const made = await issue('CN=unknown', ca);
    expect(() => npkiFiles({ certificate: made })).toThrow(FormatError);
  });
});
