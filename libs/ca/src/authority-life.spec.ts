import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openAuthorities, type OpenAuthorities } from './authorities.js';
import { authorityFiles, responderFiles, rootFiles } from './authority-files.js';
import { createCertificateAuthority } from './create-authority.js';
import { KeyStoreError } from './key-store.js';
import { copyKeyFile, openKeyFile } from './key-store/file.js';
import { parsePemBundle } from './pem.js';
import { renewDueResponders, renewResponder, responderDue, responderOf } from './responders.js';
import { plannedRotation, rotateIssuingAuthority } from './rotate-authority.js';

const begin = new Date('2026-11-05T03:04:05.678Z');
const days = (count: number) => new Date(begin.getTime() + count * 86_400_000);
const years = (count: number) => days(count * 365.25);
const work = mkdtempSync(join(tmpdir(), 'reseal-ca-life-'));
const passphrase = 'only for these specs';
const template = join(work, 'template');

let home: string;
let now: Date;
const directory = () => join(home, 'ca');
const root = () => ({ directory: join(home, 'ca-root'), passphrase: 'the root has one of its own' });
const place = () => ({ directory: join(home, 'ocsp'), passphrase: 'and OCSP too' });
const keys = () => ({ directory: directory(), passphrase });
const create = () =>
  createCertificateAuthority({
    statusUrl: 'http://status.reseal.test',
    ...keys(),
    organisation: 'reseal-test',
    root: root(),
    now,
  });
const open = () => openAuthorities({ ...keys(), clock: () => now });
const rotate = (prepare: (at: unknown) => Promise<void> = async () => undefined) =>
  rotateIssuingAuthority({ statusUrl: 'http://status.reseal.test', ...keys(), root: root(), now, prepare });
const names = ({ all }: OpenAuthorities) => all.map(({ subject }) => subject);

const first = 'C=kr, O=reseal-test, CN=reseal-test Issuing CA';
const second = 'C=kr, O=reseal-test, CN=reseal-test Issuing CA 2';

beforeAll(async () => {
  home = template;
  now = begin;
  await create();
});
beforeEach(() => {
  home = mkdtempSync(join(work, 'home-'));
  now = begin;
  cpSync(template, home, { recursive: true });
});
afterAll(() => rmSync(work, { recursive: true }));

describe('authority of the earlier layout', () => {
  const lookEarlier = () => {
    const [files, apart] = [authorityFiles(directory()), rootFiles(root().directory)];
    copyKeyFile(apart.key, root().passphrase, join(directory(), 'root.key'), passphrase);
    renameSync(files.issuingKey(1), join(directory(), 'issuing.key'));
    renameSync(files.issuingCertificate(1), join(directory(), 'issuing.crt'));
    rmSync(root().directory, { recursive: true });
  };

  it('A CA directory of the earlier layout is converted: the root moves out under its own passphrase, the issuing CA becomes generation 1', async () => {
    const before = (await open()).current.identity.keyId;
    lookEarlier();
    expect(await create()).toBe('kept');
    expect((await open()).current.identity.keyId).toBe(before);
    expect(existsSync(join(directory(), 'root.key'))).toBe(false);
    expect(() => openKeyFile(rootFiles(root().directory).key, root().passphrase)).not.toThrow();
    now = days(2);
    await rotate();
  });

  it('The conversion of a CA directory completes after an interruption at any point', async () => {
    lookEarlier();
    mkdirSync(`${root().directory}.new`);
    renameSync(join(directory(), 'issuing.key'), authorityFiles(directory()).issuingKey(1));
    expect(await create()).toBe('kept');
    expect(existsSync(join(directory(), 'root.key'))).toBe(false);
    expect(names(await open())).toEqual([first]);
  });

  it('A CA directory of the earlier layout is not converted over another root', async () => {
    lookEarlier();
    const other = join(home, 'other');
    await createCertificateAuthority({
      statusUrl: 'http://status.reseal.test',
      directory: other,
      passphrase,
      organisation: 'reseal-test',
      root: root(),
      now,
    });
    await expect(create()).rejects.toThrow(/another root/);
    expect(existsSync(join(directory(), 'root.key'))).toBe(true);
  });
});

describe('rotation of the issuing CA', () => {
  it('A rotation makes a new key and name, which sign from now on, and keeps the old ones for their CRLs', async () => {
    const authorities = await open();
    now = days(2);
    const made = await rotate();
    expect(made.subject).toBe(second);
    expect(names(authorities)).toEqual([first]);
    expect(await authorities.reload()).toBe(true);
    expect(names(authorities)).toEqual([second, first]);
    expect(authorities.current.subject).toBe(second);
    expect(await authorities.reload()).toBe(false);
    const chain = parsePemBundle(readFileSync(authorityFiles(directory()).chain, 'utf8'));
    expect(chain.map((der) => /CN=(.*)$/.exec(new X509Certificate(der).subject)?.[1])).toEqual([
      'reseal-test Issuing CA 2',
      'reseal-test Issuing CA',
      'reseal-test Root CA',
    ]);
    expect(statSync(authorityFiles(directory()).issuingKey(2)).mode & 0o777).toBe(0o600);
  });

  it('A rotation happens once for concurrent calls', async () => {
    now = days(2);
    const results = await Promise.allSettled([rotate(), rotate(), rotate()]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const result of results) {
      if (result.status === 'rejected')
        expect((result.reason as Error).message).toMatch(/is changing the authority/);
    }
    expect(names(await open())).toEqual([second, first]); // every key matches its certificate
  });

  it('A rotation follows one that was killed, and never runs next to one on another machine', async () => {
    now = days(2);
    const lock = authorityFiles(directory()).lock;
    writeFileSync(lock, `elsewhere.test ${process.pid}\n`);
    await expect(rotate()).rejects.toThrow(/on elsewhere.test is changing the authority/);
    writeFileSync(lock, `${hostname()} ${2 ** 22 + 1}\n`); // greater than any process id of Linux
    await rotate();
    expect(existsSync(lock)).toBe(false);
    expect(names(await open())).toEqual([second, first]);
  });

  it('A rotation activates the new CA for the signer only after every other process knows it', async () => {
    const authorities = await open();
    now = days(2);
    await rotate();
    const away = () => Promise.reject(new Error('the database is away'));
    await expect(authorities.reload(away)).rejects.toThrow('the database is away');
    expect(authorities.current.subject).toBe(first);
    const adopted: string[] = [];
    await authorities.reload(async ({ current }) => void adopted.push(current.subject));
    expect(adopted).toEqual([second]);
    expect(authorities.current.subject).toBe(second);
  });

  it('A rotation waits while the clock is behind, and until everything that the new CA needs exists', async () => {
    now = days(2);
    const seen: boolean[] = [];
    await rotate(async () => void seen.push(existsSync(authorityFiles(directory()).issuingCertificate(2))));
    expect(seen).toEqual([false]);
    now = new Date(now.getTime() - 3_600_000);
    const authorities = await open();
    expect(names(authorities)).toEqual([second, first]);
    expect(authorities.current.subject).toBe(first);
  });

  it('A rotation is refused within a day of the last one, and below a root that expires within two years', async () => {
    expect(() => plannedRotation(directory(), now)).toThrow(
      /^generation 1 was made at 2026-11-05T03:04:05.000Z; the next one is possible after 2026-11-06T03:04:05/,
    );
    expect(plannedRotation(directory(), days(2))).toEqual({ generation: 2 });
    now = years(18.5);
    await expect(rotate()).rejects.toThrow(
      /^the root expires at 2046-11-05.*: a new issuing CA needs a new root$/,
    );
  });

  it('A rotation never makes a CA that outlives the root', async () => {
    now = years(15);
    const { identity } = await rotate();
    expect(identity.notAfter.toISOString()).toBe('2046-11-05T14:59:59.000Z');
  });

  it('A rotation needs the root, and the right one', async () => {
    now = days(2);
    renameSync(root().directory, `${root().directory}.offline`);
    await expect(rotate()).rejects.toThrow(/the root key is not in .*ca-root: put it there/);
    mkdirSync(join(home, 'stranger'));
    const stranger = join(home, 'stranger', 'ca');
    await createCertificateAuthority({
      statusUrl: 'http://status.reseal.test',
      directory: stranger,
      passphrase,
      organisation: 'reseal-test',
      root: root(),
      now,
    });
    await expect(rotate()).rejects.toThrow(/is not the root of/);
  });

  it('A CA that has expired needs no key any more after a rotation', async () => {
    now = years(9);
    await rotate();
    now = years(10.1);
    rmSync(authorityFiles(directory()).issuingKey(1));
    expect(names(await open())).toEqual([second]);
  });

  it('A directory says so when all its CAs have expired', async () => {
    const authorities = await open();
    now = years(10.1);
    expect(authorities.current.subject).toBe(first); // which no certificate can outlive
    await expect(open()).rejects.toThrow(/holds no issuing CA that has not expired/);
  });
});

describe('OCSP responder', () => {
  it('An OCSP responder gets a certificate for OCSP only, for ninety days, without status information', async () => {
    const { all, current } = await open();
    const [made] = await renewDueResponders(place(), all, now);
    expect(made).toEqual({
      issuerKeyId: current.identity.keyId,
      notAfter: new Date('2027-02-03T03:04:05Z'),
    });
    const files = responderFiles(place().directory, current.identity.keyId);
    const text = execFileSync('openssl', ['x509', '-in', files.certificate, '-noout', '-text'], {
      encoding: 'utf8',
    });
    expect(text).toMatch(/Extended Key Usage: \n\s+OCSP Signing\n/);
    expect(text).toMatch(/OCSP No Check/);
    expect(text).toMatch(/Key Usage: critical\n\s+Digital Signature\n/);
    expect(text).toMatch(/CA:FALSE/);
    expect(new X509Certificate(readFileSync(files.certificate)).issuer).toContain('Issuing CA');
    expect(statSync(files.key).mode & 0o777).toBe(0o600);
  });

  it('An OCSP certificate is renewed thirty days before its end, not earlier, and when key and certificate do not match', async () => {
    const { all, current } = await open();
    await renewDueResponders(place(), all, now);
    expect(await renewDueResponders(place(), all, days(59))).toEqual([]);
    expect(responderDue(responderOf(place().directory, current), current, days(61))).toBe(true);
    expect(await renewDueResponders(place(), all, days(61))).toHaveLength(1);

    const files = responderFiles(place().directory, current.identity.keyId);
    const certificate = readFileSync(files.certificate);
    await renewDueResponders(place(), all, days(130));
    writeFileSync(files.certificate, certificate); // as after a renewal that was interrupted between the two files
    expect(await renewDueResponders(place(), all, days(62))).toHaveLength(1);
  });

  it('An OCSP responder keeps key and certificate together in two concurrent renewals', async () => {
    const { all, current } = await open();
    const renew = () => renewResponder(place(), current, now);
    const results = await Promise.allSettled([renew(), renew(), renew()]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(KeyStoreError);
    expect(await renewDueResponders(place(), all, now)).toEqual([]);
  });

  it('An OCSP certificate expires with its CA and is not renewed after that', async () => {
    now = years(9.95);
    const { all, current } = await open();
    const [made] = await renewDueResponders(place(), all, now);
    expect(made?.notAfter).toEqual(current.identity.notAfter);
    expect(await renewDueResponders(place(), all, now)).toEqual([]);
  });
});
