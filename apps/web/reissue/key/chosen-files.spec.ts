import 'reflect-metadata';
import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  X509Certificate as NodeCertificate,
} from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as x509 from '@peculiar/x509';
import { zipSync } from 'fflate';
import { projectRoot } from '#libs/config';
import { writePkcs12, writePrivateKeyFile } from '#libs/npki';
import { readChosenFiles, signingPairOf, type ChosenFile } from './chosen-files.js';
import { openSavedCopy } from './saved-copy.js';

const password = 'right-1234-Seal';
const kinds = {
  RSA: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  EC: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const;
const forSigning = x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.nonRepudiation;
const forKeyExchange = x509.KeyUsageFlags.keyEncipherment;

interface Holding {
  readonly certificate: Uint8Array;
  /** PKCS #8. */
  readonly key: Uint8Array;
  readonly keyFile: Uint8Array;
  readonly p12: Uint8Array;
}

async function holding(
  kind: keyof typeof kinds,
  usage = forSigning,
  notAfter = '2027-06-30',
): Promise<Holding> {
  const keys = await crypto.subtle.generateKey(kinds[kind], true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=김견본()0001,OU=RA,O=yessign,C=KR',
    notBefore: new Date('2026-01-01'),
    notAfter: new Date(notAfter),
    keys,
    signingAlgorithm: kinds[kind],
    extensions: [new x509.KeyUsagesExtension(usage, true)],
  });
  const certificate = new Uint8Array(made.rawData);
  const key = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  const random = randomBytes(20);
  const encrypted = { privateKey: key, random, form: 'PBES1-SHA1-SEED', password } as const;
  return {
    certificate,
    key,
    keyFile: await writePrivateKeyFile(encrypted),
    p12: await writePkcs12({ privateKey: key, random, certificate, password, iterations: 2048 }),
  };
}

const file = (bytes: Uint8Array | string): ChosenFile => new Blob([Uint8Array.from(Buffer.from(bytes))]);
const pem = (label: string, bytes: Uint8Array) =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')}\n-----END ${label}-----\n`;
const unreadable: ChosenFile = {
  size: 10,
  arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')),
};

/** Every order of the items. */
const ordersOf = <Item>(items: readonly Item[]): Item[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, at) => ordersOf(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));

let sign: Holding;
let exchange: Holding;
let other: Holding;
beforeAll(async () => {
  [sign, exchange, other] = await Promise.all([
    holding('RSA'),
    holding('RSA', forKeyExchange, '2028-06-30'),
    holding('EC'),
  ]);
});

const expectPair = async (files: readonly ChosenFile[], wanted: Holding) => {
  const pair = await signingPairOf(await readChosenFiles(files, password));
  expect(Buffer.from(pair!.certificate).equals(wanted.certificate)).toBe(true);
  const certificate = new NodeCertificate(pair!.certificate);
  const key = createPrivateKey({ key: Buffer.from(pair!.privateKey), format: 'der', type: 'pkcs8' });
  expect(certificate.checkPrivateKey(key)).toBe(true);
};

describe('the signing pair', () => {
  test('The signing pair is found among signCert, signPri, kmCert and kmPri in any order', async () => {
    const files = [sign.certificate, sign.keyFile, exchange.certificate, exchange.keyFile].map(file);
    for (const order of ordersOf(files)) await expectPair(order, sign);
  });

  test('The signing pair is found among files that are unreadable, too large, or of another kind', async () => {
    const large = {
      size: 2_000_000_000,
      arrayBuffer: () => Promise.reject(new Error('a file that is too large was read')),
    };
    const strange = [file(''), file('not a certificate'), file(randomBytes(300)), unreadable, large];
    await expectPair([...strange, file(sign.keyFile), ...strange, file(sign.certificate)], sign);
  });

  test.each(['b-km-no-ca', 'c-km-with-ca'])(
    'The signing pair is found in the holder’s folder %s',
    async (name) => {
      const folder = join(projectRoot(), 'libs/npki/testdata/holder-folders', name);
      const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) =>
        one.isFile(),
      );
      const contents = entries.map((one) => readFileSync(join(one.parentPath, one.name)));
      const held = await readChosenFiles(contents.map(file), 'Made-up-2468');
      const pair = await signingPairOf(held);
      const signCert = contents[entries.findIndex((one) => one.name === 'signCert.der')]!;
      expect(signCert.equals(pair!.certificate)).toBe(true);
    },
  );

  test('The signing pair is found in PEM files, one block or several in a file', async () => {
    const certificate = pem('CERTIFICATE', sign.certificate);
    const key = pem('ENCRYPTED PRIVATE KEY', sign.keyFile);
    await expectPair([file(certificate), file(key)], sign);
    await expectPair([file(`\ufeff${key}\r\n${certificate}`)], sign);
    await expectPair([file(sign.certificate), file(key)], sign);
  });

  test('The signing pair is found in PKCS #12 and in a zip of a folder', async () => {
    await expectPair([file(other.p12)], other);
    const zip = zipSync({
      'NPKI/yessign/USER/cn=김견본/signCert.der': sign.certificate,
      'a/signPri.key': sign.keyFile,
    });
    await expectPair([file(zip)], sign);
  });

  test('A certificate and the key of another make no signing pair', async () => {
    const mixed = [sign.certificate, other.keyFile, exchange.keyFile].map(file);
    expect(await signingPairOf(await readChosenFiles(mixed, password))).toBeUndefined();
    await expectPair([...mixed, file(sign.keyFile)], sign);
  });

  test('The key exchange pair is no signing pair, even if it is the only pair', async () => {
    const files = [exchange.certificate, exchange.keyFile].map(file);
    expect(await signingPairOf(await readChosenFiles(files, password))).toBeUndefined();
  });

  test('The signing pair that expires last is taken among several', async () => {
    const newer = await holding('RSA', forSigning, '2050-01-01');
    const files = [sign.certificate, newer.keyFile, newer.certificate, sign.keyFile].map(file);
    for (const order of [files, files.toReversed()]) await expectPair(order, newer);
  });

  test('A password that opens no key is reported as wrong', async () => {
    for (const files of [[sign.certificate, sign.keyFile], [other.p12]])
      expect(await readChosenFiles(files.map(file), 'wrong')).toMatchObject({ keys: [], locked: true });
  });
});

describe('the saved copy', () => {
  test('A saved copy opens in each of its forms', async () => {
    const zip = zipSync({ 'signCert.der': other.certificate, 'signPri.key': other.keyFile });
    for (const files of [[zip], [other.p12], [other.keyFile, other.certificate]])
      expect(await openSavedCopy(files.map(file), password, other.certificate)).toBeInstanceOf(CryptoKey);
  });

  test.each([
    ['without a file', () => [], 'NO_FILE'],
    ['of the old certificate', () => [sign.certificate, sign.keyFile], 'ANOTHER'],
    ['without a key', () => [other.certificate], 'ANOTHER'],
    ['cut off', () => [other.p12.slice(0, 200)], 'LOCKED'],
  ] as const)('A saved copy %s is refused', async (_, files, why) => {
    expect(await openSavedCopy(files().map(file), password, other.certificate)).toBe(why);
  });

  test('A saved copy does not open with a wrong password', async () => {
    expect(await openSavedCopy([file(other.p12)], 'wrong', other.certificate)).toBe('LOCKED');
  });

  test('A saved copy with another key is refused', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const stranger = privateKey.export({ format: 'der', type: 'pkcs8' });
    expect(await openSavedCopy([other.certificate, stranger].map(file), password, other.certificate)).toBe(
      'ANOTHER',
    );
  });
});
