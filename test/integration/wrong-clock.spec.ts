import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCertificateAuthority, openIssuingAuthority, rotateIssuingAuthority } from '#libs/ca';
import { ClockWatch } from '#libs/clock';
import { createDatabase } from '#libs/db';
import { databaseUrlOf } from '../support/app-environment.js';

const hourMs = 3_600_000;
const work = mkdtempSync(join(tmpdir(), 'reseal-wrong-clock-'));
const directory = join(work, 'ca');
const passphrase = 'only for these specs';
const root = { directory: join(work, 'ca-root'), passphrase };

interface Certified {
  readonly now: string;
  readonly issuer: string;
  readonly broken: unknown[];
  readonly certificate: string;
}

/** Certifies in a process with a wrong clock. It runs the built libs, as the apps do. */
function certifyAt(offset: string): Certified {
  const args = ['-f', offset, process.execPath, resolve('test/support/certify-now.mjs'), directory];
  // Node waits by the monotonic clock, which faketime must not change.
  const env = { PATH: process.env.PATH, PASSPHRASE: passphrase, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  return JSON.parse(execFileSync('faketime', args, { encoding: 'utf8', env })) as Certified;
}

const rotateNow = () =>
  rotateIssuingAuthority({
    statusUrl: 'http://status.reseal.test',
    directory,
    passphrase,
    root,
    now: new Date(),
    prepare: async () => undefined,
  });

beforeAll(async () => {
  const yesterday = new Date(Date.now() - 26 * hourMs);
  await createCertificateAuthority({
    statusUrl: 'http://status.reseal.test',
    directory,
    passphrase,
    organisation: 'reseal-test',
    root,
    now: yesterday,
  });
});
afterAll(() => rmSync(work, { recursive: true }));

describe.each([
  ['right', '+0', 0],
  ['an hour ahead', '+1h', hourMs],
  ['an hour behind', '-1h', -hourMs],
])('certificate of a signer whose clock is %s', (clock, offset, offsetMs) => {
  it(`A certificate of a signer whose clock is ${clock} begins before the signing, ends at the end of a day, keeps every rule and verifies`, () => {
    const { now, broken, certificate } = certifyAt(offset);
    const signedAt = new Date(now);
    expect(Math.abs(signedAt.getTime() - Date.now() - offsetMs)).toBeLessThan(30_000);
    const { validFromDate, validToDate, verify } = read(certificate);
    expect(signedAt.getTime() - validFromDate.getTime()).toBeGreaterThanOrEqual(0);
    expect(signedAt.getTime() - validFromDate.getTime()).toBeLessThan(1_000);
    expect(validToDate.toISOString()).toMatch(/T14:59:59\.000Z$/);
    expect(broken).toEqual([]);
    expect(verify).toBe(true);
  });
});

it('A signer whose clock is behind does not use a new issuing CA before it has begun', async () => {
  const { subject } = await rotateNow();
  expect(certifyAt('-1h').issuer).toBe('C=kr, O=reseal-test, CN=reseal-test Issuing CA');
  expect(certifyAt('+0').issuer).toBe(subject);
  expect(certifyAt('+1h').issuer).toBe(subject);
});

describe('a clock that is held against the database’s', () => {
  const db = createDatabase({ url: databaseUrlOf('signer'), applicationName: 'spec' });
  afterAll(() => db.destroy());
  let offsetMs = 0;
  const watch = () =>
    new ClockWatch({ db, clock: () => new Date(Date.now() + offsetMs), toleranceMs: 10_000 });

  it.each([
    [0, undefined],
    [5_000, undefined],
    [hourMs, /^the clock is 3600 s ahead of the database's: the process accepts no work$/],
    [-hourMs, /^the clock is 3600 s behind the database's: the process accepts no work$/],
  ])('A clock that is %d ms ahead takes work only within the tolerance', async (ms, refusal) => {
    offsetMs = ms;
    const clocks = watch();
    await clocks.measure();
    if (refusal) expect(clocks.require).toThrow(refusal);
    else expect(clocks.require).not.toThrow();
  });

  it('A clock is wrong at once when it is set while the process runs, and right when it is set back', async () => {
    offsetMs = 0;
    const clocks = watch();
    await clocks.measure();
    offsetMs = hourMs;
    expect(clocks.require).toThrow('3600 s ahead');
    offsetMs = 0;
    expect(clocks.require).not.toThrow();
  });

  it('A clock check refuses nothing while the database is down, but work that needs the database waits', async () => {
    const clocks = watch();
    expect(clocks.require).not.toThrow();
    expect(clocks.requireCompared).toThrow('not compared');
    offsetMs = 0;
    await clocks.measure();
    expect(clocks.requireCompared).not.toThrow();
    offsetMs = hourMs;
    expect(clocks.requireCompared).toThrow('3600 s ahead');
  });
});

function read(pem: string) {
  const certificate = new X509Certificate(pem);
  const issuing = new X509Certificate(openIssuingAuthority(directory, passphrase).chain[0]);
  const { validFromDate, validToDate } = certificate;
  return { validFromDate, validToDate, verify: certificate.verify(issuing.publicKey) };
}
