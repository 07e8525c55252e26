import { createHash, createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import {
  computeVirtualId,
  encodeIdentifyData,
  identifyDataName,
  npkiFiles,
  readPrivateKeyFile,
  writePrivateKeyFile,
} from '#libs/npki';
import { runNpki } from './npki.js';

const testdata = fileURLToPath(new URL('../../../../libs/npki/testdata/', import.meta.url));
const oldest = join(testdata, 'pbes1-seed-sha1.der');
const plain = join(testdata, 'plain-pkcs8.der');
const password = 'Npki!Test2026';
const random = '79ea7568a2d3776604e18bcd3a1b1b85b7da0872';
const rrn = '1234561234567';
const virtualId = '17692c8dd00ead33791de0a64a937c60799634c64ac56fa57570c0e05252ab35';

const directory = mkdtempSync(join(tmpdir(), 'npki-cli-'));
const place = (name: string) => join(directory, name);
afterAll(() => rmSync(directory, { recursive: true }));

async function run(args: string[], input: string | Uint8Array = '', now = '2027-01-01T00:00:00Z') {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await runNpki(args, {
    input: () => Promise.resolve(Buffer.from(input)),
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
    clock: () => new Date(now),
  });
  return {
    code,
    answer: printed.length === 1 && args.length > 1 ? JSON.parse(printed[0]!) : printed,
    complaints,
  };
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const holderName = 'C=kr, O=reseal-test, OU=personal4IB, CN=김표본()0999040261123000000001';
let ca: webcrypto.CryptoKeyPair;
let holder: webcrypto.CryptoKeyPair;
let root: x509.X509Certificate;
let certificate: x509.X509Certificate;

beforeAll(async () => {
  ca = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  holder = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  root = await issue('C=kr, O=reseal-test, CN=reseal-test Root CA', ca.publicKey, []);
  certificate = await issue(holderName, holder.publicKey, [san()]);
  writeFileSync(place('cert.der'), Buffer.from(certificate.rawData));
  writeFileSync(place('cert.pem'), certificate.toString('pem'));
});

function san(): x509.Extension {
  const id = computeVirtualId({ idn: rrn, random: Buffer.from(random, 'hex') });
  const name = identifyDataName(encodeIdentifyData({ realName: '김표본', virtualId: id }));
  return new x509.Extension('2.5.29.17', false, Buffer.concat([Buffer.from([0x30, name.length]), name]));
}

const issue = (
  subject: string,
  publicKey: webcrypto.CryptoKey,
  extensions: x509.Extension[],
  signingKey = ca.privateKey,
) =>
  x509.X509CertificateGenerator.create({
    subject,
    issuer: 'C=kr, O=reseal-test, CN=reseal-test Root CA',
    publicKey,
    signingKey,
    signingAlgorithm: ecdsa,
    notBefore: new Date('2026-11-23T00:00:00Z'),
    notAfter: new Date('2027-11-22T14:59:59Z'),
    extensions: [new x509.BasicConstraintsExtension(publicKey === ca.publicKey), ...extensions],
  });

describe('npki read', () => {
  const spkiSha256 = createHash('sha256')
    .update(
      createPublicKey(createPrivateKey({ key: readFileSync(plain), format: 'der', type: 'pkcs8' })).export({
        type: 'spki',
        format: 'der',
      }),
    )
    .digest('hex');

  it('npki read prints form, key type, the digest of the public key and R', async () => {
    expect(await run(['read', oldest, '--password-stdin'], password)).toEqual({
      code: 0,
      answer: { form: 'PBES1-SHA1-SEED', keyType: 'RSA-2048', spkiSha256, randomNumber: random },
      complaints: [],
    });
  });

  it('npki read needs no password for a key that is not encrypted, and ignores one', async () => {
    const answer = { form: 'PKCS8', keyType: 'RSA-2048', spkiSha256, randomNumber: random };
    expect(await run(['read', plain])).toMatchObject({ code: 0, answer });
    expect(await run(['read', plain, '--password-stdin'], 'any')).toMatchObject({ code: 0, answer });
  });

  it('npki read names an encryption that it does not support, and does not call the password wrong', async () => {
    const unknown = place('unknown.key');
    const salted = Buffer.from('301c060a2a864886f70d010c0101300e0408010203040506070802020800', 'hex');
    writeFileSync(
      unknown,
      Buffer.concat([Buffer.from([0x30, 30 + 66]), salted, Buffer.from([0x04, 64]), Buffer.alloc(64)]),
    );
    const outcome = await run(['read', unknown, '--password-stdin'], password);
    expect(outcome).toMatchObject({ code: 1, answer: [] });
    expect(outcome.complaints).toEqual([
      `${unknown}: the file uses encryption 1.2.840.113549.1.12.1.1, which is not supported`,
    ]);
  });

  it('npki read prints null for a key without R, and accepts PEM', async () => {
    const pem = await webcrypto.subtle.exportKey('pkcs8', holder.privateKey);
    writeFileSync(place('key.pem'), x509.PemConverter.encode(pem, 'PRIVATE KEY'));
    const answer = { form: 'PKCS8', keyType: 'EC-P256', randomNumber: null };
    expect(await run(['read', place('key.pem')])).toMatchObject({ code: 0, answer });
  });

  it('npki read removes one newline at the end of the password, and no more', async () => {
    const { privateKey } = await readPrivateKeyFile(readFileSync(plain));
    const form = 'PBES2-HMACSHA256-SEED';
    writeFileSync(place('nl.key'), await writePrivateKeyFile({ privateKey, form, password: '비밀번호!1\n' }));
    const code = async (input: string) =>
      (await run(['read', place('nl.key'), '--password-stdin'], input)).code;
    expect(await code('비밀번호!1\n\n')).toBe(0);
    expect(await code('비밀번호!1\n\r\n')).toBe(0);
    expect(await code('비밀번호!1\n')).toBe(1);
    expect(await code(' 비밀번호!1\n\n')).toBe(1);
  });

  it('npki read reports in one line that the password is wrong or the file is damaged', async () => {
    writeFileSync(place('cut.key'), readFileSync(oldest).subarray(0, 900));
    for (const [file, word] of [
      [oldest, 'wrong'],
      [oldest, ''],
      [place('cut.key'), password],
      [place('cert.der'), password],
    ] as const)
      expect(await run(['read', file, '--password-stdin'], word)).toEqual({
        code: 1,
        answer: [],
        complaints: [`${file}: the password is wrong or the file is damaged`],
      });
  });

  it('npki read names the argument or the file that is missing', async () => {
    const encrypted = await run(['read', oldest]);
    expect(encrypted.code).toBe(2);
    expect(encrypted.complaints).toEqual([expect.stringContaining('--password-stdin')]);
    expect(await run(['read', place('none')])).toMatchObject({
      code: 1,
      complaints: [`${place('none')}: there is no such file`],
    });
    for (const args of [
      [],
      ['nothing'],
      ['read'],
      ['read', plain, plain],
      ['read', plain, '--password', 'x'],
    ])
      expect((await run(args)).code).toBe(2);
    expect((await run(['--help'])).code).toBe(0);
  });
});

describe('npki vid', () => {
  const args = ['vid', '--rrn-stdin', '--random', random];

  it('npki vid computes the VID of a number, with or without hyphens', async () => {
    for (const input of [rrn, `${rrn}\n`, '123456-1234567\n'])
      expect(await run(args, input)).toEqual({ code: 0, answer: { virtualId }, complaints: [] });
  });

  it('npki vid compares number and R with a certificate in DER or PEM', async () => {
    for (const file of ['cert.der', 'cert.pem'])
      expect(await run([...args, '--certificate', place(file)], rrn)).toEqual({
        code: 0,
        answer: { virtualId, matches: true },
        complaints: [],
      });
    const other = await run([...args, '--certificate', place('cert.der')], '1234561234568');
    expect(other).toMatchObject({ code: 1, answer: { matches: false } });
    expect(other.complaints).toHaveLength(1);
  });

  it('npki vid keeps the leading zeros of R', async () => {
    const zeros = `${'00'.repeat(3)}${random.slice(6)}`;
    const [kept, lost] = await Promise.all(
      [zeros, `${zeros.slice(6)}000000`].map((r) => run(['vid', '--rrn-stdin', '--random', r], rrn)),
    );
    expect(kept!.answer).not.toEqual(lost!.answer);
  });

  it('npki vid names the fault of its input, and never shows the number', async () => {
    writeFileSync(place('root.der'), Buffer.from(root.rawData));
    for (const [given, input, code] of [
      [args, 'nine-oh-one', 2],
      [args, `${rrn}${rrn}`, 2],
      [['vid', '--random', random], rrn, 2],
      [['vid', '--rrn-stdin'], rrn, 2],
      [['vid', '--rrn-stdin', '--random', random.slice(2)], rrn, 2],
      [[...args, '--certificate', plain], rrn, 1],
      [[...args, '--certificate', place('none')], rrn, 1],
      [[...args, '--certificate', place('root.der')], rrn, 1],
    ] as const) {
      const outcome = await run([...given], input);
      expect(outcome).toMatchObject({ code, answer: [] });
      expect(outcome.complaints).toHaveLength(1);
      expect(outcome.complaints[0]).not.toContain(input);
    }
  });
});

describe('npki verify', () => {
  /** Writes a folder. @returns the folder of the certificate */
  async function folderOf(
    name: string,
    given: { der?: ArrayBuffer; key?: webcrypto.CryptoKey; random?: Buffer; authorities?: Uint8Array[] } = {},
  ): Promise<string> {
    const { der = certificate.rawData, key = holder.privateKey } = given;
    const privateKey = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', key));
    const r = 'random' in given ? given.random : Buffer.from(random, 'hex');
    const form = 'PBES2-HMACSHA256-SEED';
    const files = npkiFiles({
      certificate: new Uint8Array(der),
      authorities: given.authorities ?? [new Uint8Array(root.rawData)],
      privateKeyFile: await writePrivateKeyFile({ privateKey, random: r, form, password }),
    });
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(place(name), path)), { recursive: true });
      writeFileSync(join(place(name), path), bytes);
    }
    return place(name);
  }
  const check = (folder: string, input = `${password}\n`, now?: string) =>
    run(['verify', folder, '--password-stdin'], input, now);
  const failedOf = ({ answer }: { answer: { checks: { check: string; result: string }[] } }) =>
    answer.checks.filter(({ result }) => result === 'failed').map((each) => each.check);

  it('npki verify accepts a complete folder, and finds it from any folder above', async () => {
    const outcome = await check(await folderOf('whole'));
    expect(outcome).toMatchObject({ code: 0, complaints: [], answer: { valid: true } });
    expect(outcome.answer.checks.map((each: { result: string }) => each.result)).toEqual(
      Array(7).fill('passed'),
    );
    expect(outcome.answer.subject).toMatch(/^cn=김표본\(\)0999/);
    expect((await check(outcome.answer.folder as string)).code).toBe(0);
  });

  it('npki verify makes all checks that need no password', async () => {
    const { code, answer } = await run(['verify', await folderOf('closed')]);
    expect(code).toBe(0);
    expect(answer.checks).toContainEqual({
      check: 'key-matches',
      result: 'skipped',
      detail: 'no password was given',
    });
  });

  it('npki verify reports in one line that the password is wrong or the key is damaged', async () => {
    const outcome = await check(await folderOf('wrong'), 'wrong');
    expect(outcome).toMatchObject({ code: 1, answer: [] });
    expect(outcome.complaints).toEqual([
      expect.stringMatching(/signPri\.key: the password is wrong or the file/),
    ]);
  });

  it.each([
    ['too late', {}, '2027-11-22T15:00:00Z', ['validity', 'chain']],
    ['too early', {}, '2026-11-22T23:59:59Z', ['validity', 'chain']],
    ['without R', { random: undefined }, undefined, ['random-number']],
  ])('npki verify names the checks that fail for a folder: %s', async (name, given, now, expected) => {
    const outcome = await check(await folderOf(name, given), undefined, now);
    expect(outcome.code).toBe(1);
    expect(failedOf(outcome)).toEqual(expected);
    expect(outcome.complaints).toHaveLength(expected.length);
  });

  it('npki verify detects another holder’s key, a forged signature and a certificate without a VID', async () => {
    const other = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
    expect(failedOf(await check(await folderOf('key', { key: other.privateKey })))).toEqual(['key-matches']);
    const forged = await issue(holderName, holder.publicKey, [san()], other.privateKey);
    expect(failedOf(await check(await folderOf('forged', { der: forged.rawData })))).toEqual(['chain']);
    const bare = await issue(holderName, holder.publicKey, []);
    expect(failedOf(await check(await folderOf('bare', { der: bare.rawData })))).toEqual(['vid']);
    const alone = await check(await folderOf('alone', { authorities: [] }));
    expect(alone).toMatchObject({ code: 0, answer: { valid: true } });
  });

  it('npki verify accepts the folder of an older holder, which also has a pair for encryption', async () => {
    const folders = join(testdata, 'holder-folders');
    const verdictOf = async (name: string) => {
      const { code, answer } = await run(['verify', join(folders, name)]);
      return { code, valid: answer.valid, results: answer.checks };
    };
    const alone = await verdictOf('a-plain-no-ca');
    expect(alone).toMatchObject({ code: 0, valid: true });
    expect(await verdictOf('b-km-no-ca')).toEqual(alone);
    const withChain = await verdictOf('c-km-with-ca');
    expect(withChain).toMatchObject({ code: 0, valid: true });
    expect(withChain.results).toContainEqual({
      check: 'chain',
      result: 'passed',
      detail: 'up to CN=reseal-test Root CA,O=reseal-test,C=kr',
    });
  });

  it('npki verify ignores unreadable files next to the certificate', async () => {
    const { answer } = await check(await folderOf('untidy'));
    writeFileSync(join(answer.folder as string, 'holiday.der'), 'no certificate');
    writeFileSync(join(answer.folder as string, 'huge.pem'), Buffer.alloc(2 * 1024 * 1024));
    mkdirSync(join(answer.folder as string, 'folder.der'));
    expect(await check(answer.folder as string)).toMatchObject({ code: 0, answer: { valid: true } });
  });

  it('npki verify requires exactly one certificate', async () => {
    mkdirSync(place('empty'));
    expect((await check(place('empty'))).complaints[0]).toMatch(/no signCert.der/);
    writeFileSync(place('file'), 'not a folder');
    expect(await check(place('file'))).toMatchObject({
      code: 1,
      complaints: [expect.stringMatching(/this is a file, not a folder$/)],
    });
    await folderOf('two/a');
    await folderOf('two/b');
    expect((await check(place('two'))).complaints[0]).toMatch(/2 certificates/);
  });
});
